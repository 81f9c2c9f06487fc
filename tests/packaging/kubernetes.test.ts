/** The manifests: that they are what the command makes, and that they fit the image. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { ROUTES } from '../../service/src/api/routes/index.ts'
import { finalStage, textOf } from './dockerfile.ts'
import { faultsOf, FINISH_SECONDS, IMAGE, POLICY_PATH } from './facts.ts'
import { manifest, WORKLOADS, type Workload } from './manifests.ts'
import { read, ROOT } from './ops-packages.ts'
import { describeWithOps } from './with-ops.ts'

vi.setConfig({ testTimeout: 60_000 })

const FOLDER = join(ROOT, 'ops/kubernetes')
const LAYERS = ['base', 'overlays/redis', 'overlays/lmdb', 'monitoring']
const LABELS = { 'app.kubernetes.io/name': 'streamgate' }

describeWithOps('the manifests', () => {
  it('are what `npm run kubernetes` writes', () => {
    const made = temporaryFolder()
    expect(run([join(FOLDER, 'make.ts'), made])).toEqual({ status: 0, output: '' })
    expect(yamlIn(made)).toEqual(yamlIn(FOLDER))
  })

  it('satisfy the compiler', () => {
    expect(compile(FOLDER)).toEqual({ status: 0, output: '' })
  })

  it('would not satisfy it with a member that Kubernetes does not know', () => {
    const copy = copyOfSources()
    const path = join(copy, 'pod.ts')
    writeFileSync(path, readFileSync(path, 'utf8').replace('livenessProbe:', 'livelinessProbe:'))
    const { status, output } = compile(copy)
    expect(output).toContain('livelinessProbe')
    expect(status).not.toBe(0)
  })

  it.each(LAYERS)('of %s are all in its kustomization, which names nothing else', (layer) => {
    const { resources, configMapGenerator = [] } = manifest(`${layer}/kustomization.yaml`) as {
      resources: string[]
      configMapGenerator?: { files: string[] }[]
    }
    const files = readdirSync(join(FOLDER, layer)).filter((file) => file !== 'kustomization.yaml')
    const named = [...resources, ...configMapGenerator.flatMap((one) => one.files)]
    expect(named.filter((name) => !name.startsWith('..')).toSorted()).toEqual(files.toSorted())
    for (const name of named) expect(existsSync(join(FOLDER, layer, name)), name).toBe(true)
  })

  it.each(LAYERS)('of %s go through kubectl, if it is here', (layer) => {
    const { error, status, stdout } = spawnSync('kubectl', ['kustomize', join(FOLDER, layer)], {
      encoding: 'utf8',
    })
    if (error !== undefined) {
      // Neither Debian nor npm has a version that reads these files.
      process.stdout.write('kubectl is not on this machine, so no kustomization was built.\n')
      return
    }
    expect(status).toBe(0)
    expect(stdout).toMatch(/^kind: /m)
  })
})

describe.each(['redis', 'lmdb'] as const)('a pod with %s', (store) => {
  describeWithOps('in its manifest', () => {
    const { spec } = manifest(WORKLOADS[store]) as Workload
    const pod = spec.template.spec
    const [container] = pod.containers

    it('runs the image as its user, with no right that it does not need', () => {
      const [user, group] = textOf(finalStage(), 'USER').split(':').map(Number)
      expect(container.image).toBe(IMAGE)
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: user, runAsGroup: group })
      expect(pod.securityContext).toMatchObject({
        fsGroup: group,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(pod.automountServiceAccountToken).toBe(false)
      expect(pod.serviceAccountName).toBe('streamgate')
    })

    it('has settings that the service takes, and no other variable of its prefix', () => {
      const given = container.env.map(({ name, value }) => [name, value ?? 'redis://valkey:6379'])
      const variables = Object.fromEntries(given) as Record<string, string>
      const places = container.volumeMounts.map(({ mountPath }) => mountPath)
      expect(places).toContain(dirname(variables['STREAMGATE_POLICY'] ?? ''))
      expect(faultsOf({ ...variables, STREAMGATE_POLICY: POLICY_PATH })).toEqual([])
      expect(faultsOf({ STREAMGATE_PORT: 'tcp://10.0.0.1:8080' })).not.toEqual([])
      expect(pod.enableServiceLinks).toBe(false)
    })

    it('may take as long to end as the service takes', () => {
      const drain = Number(container.env.find(({ name }) => name === 'STREAMGATE_DRAIN_SECONDS')?.value)
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain + FINISH_SECONDS)
    })

    it('is probed at the port of the image, on paths that the service has', () => {
      expect(container.ports).toEqual([
        { name: 'http', containerPort: Number(textOf(finalStage(), 'EXPOSE')) },
      ])
      const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe]
      expect(probes.map(({ httpGet }) => httpGet.path)).toEqual(['/livez', '/livez', '/readyz'])
      expect(ROUTES.map(({ path }) => path)).toEqual(expect.arrayContaining(['/livez', '/readyz']))
      expect(new Set(probes.map(({ httpGet }) => httpGet.port))).toEqual(new Set(['http']))
    })

    it('is found by the labels of everything that looks for it', () => {
      expect(spec.selector.matchLabels).toEqual(LABELS)
      expect(spec.template.metadata.labels).toEqual(LABELS)
      const service = manifest('base/service.yaml') as { spec: { selector: object } }
      expect(service.spec.selector).toEqual(LABELS)
      const policy = manifest(`overlays/${store}/network-policy.yaml`) as {
        spec: { podSelector: { matchLabels: object } }
      }
      expect(policy.spec.podSelector.matchLabels).toEqual(LABELS)
    })
  })
})

describeWithOps('a store', () => {
  it('in Redis has as many pods as the autoscaler says, spread over zones and nodes', () => {
    const { metadata, spec } = manifest(WORKLOADS.redis) as Workload
    expect(spec).not.toHaveProperty('replicas')
    const { scaleTargetRef, minReplicas } = (
      manifest('overlays/redis/horizontal-pod-autoscaler.yaml') as {
        spec: { scaleTargetRef: { kind: string; name: string }; minReplicas: number }
      }
    ).spec
    expect(scaleTargetRef).toMatchObject({ kind: 'Deployment', name: metadata.name })
    expect(minReplicas).toBeGreaterThan(1)
    const keys = spec.template.spec.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)
    expect(keys).toEqual(['topology.kubernetes.io/zone', 'kubernetes.io/hostname'])
    expect(read(`ops/kubernetes/${WORKLOADS.redis}`)).toContain('secretKeyRef')
  })

  it('in LMDB has one pod, because its volume is one and goes to one pod only', () => {
    const { spec } = manifest(WORKLOADS.lmdb) as Workload
    expect(spec.replicas).toBe(1)
    expect(spec).not.toHaveProperty('volumeClaimTemplates')
    const claim = manifest('overlays/lmdb/persistent-volume-claim.yaml') as {
      metadata: { name: string }
      spec: { accessModes: string[] }
    }
    expect(claim.spec.accessModes).toEqual(['ReadWriteOncePod'])
    expect(read(`ops/kubernetes/${WORKLOADS.lmdb}`)).toContain(`claimName: ${claim.metadata.name}\n`)
    const [container] = spec.template.spec.containers
    const volume = textOf(finalStage(), 'VOLUME')
    expect(container.volumeMounts).toContainEqual({ name: 'data', mountPath: volume })
    expect(container.env).toContainEqual({ name: 'STREAMGATE_STORE', value: `lmdb:${volume}` })
  })

  it('in LMDB needs no connection to the outside', () => {
    const policy = manifest('overlays/lmdb/network-policy.yaml') as {
      spec: { egress: unknown[]; policyTypes: string[] }
    }
    expect(policy.spec).toMatchObject({ egress: [], policyTypes: ['Ingress', 'Egress'] })
  })
})

/** The texts of the YAML files in the layers of a folder. */
function yamlIn(folder: string): Readonly<Record<string, string>> {
  const paths = LAYERS.flatMap((layer) => readdirSync(join(folder, layer)).map((file) => join(layer, file)))
  const files = paths.filter((path) => path.endsWith('.yaml'))
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

/** The sources in a checkout of their own, with the packages of this one. */
function copyOfSources(): string {
  const root = temporaryFolder()
  cpSync(FOLDER, join(root, 'ops/kubernetes'), { recursive: true })
  cpSync(join(ROOT, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'))
  symlinkSync(join(ROOT, 'ops/node_modules'), join(root, 'ops/node_modules'))
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  return join(root, 'ops/kubernetes')
}

function compile(folder: string): { status: number | null; output: string } {
  return run([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder])
}

function run(args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}
