import packageJson from '../../package.json' with { type: 'json' }

/** Why this Node cannot run the service, or `undefined` if it can. */
export function nodeFault(version: string = process.versions.node): string | undefined {
  const needed = packageJson.engines.node.replace('>=', '')
  return isOlder(version, needed) ? `needs Node ${needed} or newer, and this is Node ${version}` : undefined
}

function isOlder(version: string, needed: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [neededMajor = 0, neededMinor = 0] = needed.split('.').map(Number)
  return major < neededMajor || (major === neededMajor && minor < neededMinor)
}
