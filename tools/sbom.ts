/**
 * `npm run sbom`: a bill of materials of what a service runs with, on standard output (CycloneDX
 * 1.5, JSON). Two runs on one lock file write the same bytes.
 */
import { productionPackages, type ProductionPackage } from './production-packages.ts'

const [service, ...others] = productionPackages().values()
if (service === undefined) throw new Error('The lock file has no service')

process.stdout.write(
  `${JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: { component: { ...componentOf(service), type: 'application' } },
      components: others.map(componentOf),
      dependencies: [service, ...others].map((one) => ({ ref: refOf(one), dependsOn: one.needs.map(urlOf) })),
    },
    undefined,
    2,
  )}\n`,
)

function componentOf(one: ProductionPackage): Readonly<Record<string, unknown>> {
  const { name, version, license, integrity } = one
  return {
    type: 'library',
    'bom-ref': refOf(one),
    name,
    version,
    ...(license !== undefined && { licenses: [{ expression: license }] }),
    ...(integrity !== undefined && { hashes: [hashOf(integrity)] }),
    purl: refOf(one),
  }
}

function refOf({ name, version }: ProductionPackage): string {
  return urlOf(`${name}@${version}`)
}

/** A package URL (purl specification): the `@` of a scope is encoded. */
function urlOf(id: string): string {
  return `pkg:npm/${id.replace(/^@/, '%40')}`
}

/** Subresource Integrity is base64, CycloneDX is hexadecimal. */
function hashOf(integrity: string): { readonly alg: string; readonly content: string } {
  const [algorithm = '', digest = ''] = integrity.split(/-(.*)/s)
  const alg = algorithm.replace(/^sha/, 'SHA-')
  return { alg, content: Buffer.from(digest, 'base64').toString('hex') }
}
