/** `ops/compose.yaml`, and what Prometheus and Grafana are given in it. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROUTES } from '../../service/src/api/routes/index.ts'
import { composeServices, readCompose } from './compose.ts'
import { finalStage, textOf } from './dockerfile.ts'
import { faultsOf, FINISH_SECONDS, IMAGE } from './facts.ts'
import { read, readYaml, ROOT } from './ops-packages.ts'
import { describeWithOps } from './with-ops.ts'

type Prometheus = {
  readonly global: { readonly scrape_interval: string }
  readonly rule_files: readonly string[]
  readonly scrape_configs: readonly {
    readonly metrics_path?: string
    readonly static_configs: readonly { readonly targets: readonly string[] }[]
  }[]
}

const PORT = textOf(finalStage(), 'EXPOSE')

describeWithOps('compose.yaml', () => {
  const { services, volumes } = readCompose()
  const all = Object.entries(services)
  const own = services['streamgate']

  it('pins each image to a version, and its own to that of the service, in the document too', () => {
    for (const [, { image }] of all) expect(image).toMatch(/^[a-z/]+:v?\d+\.\d+\.\d+$/)
    expect(own?.image).toBe(IMAGE)
    const named = read('docs/deploying.md').match(/streamgate:\d+\.\d+\.\d+/g)
    expect(new Set(named)).toEqual(new Set([IMAGE]))
    expect(existsSync(join(ROOT, 'ops', own?.build ?? '', 'Dockerfile'))).toBe(true)
  })

  it('gives Streamgate settings that it takes, and the address of Valkey', () => {
    expect(faultsOf(own?.environment ?? {})).toEqual([])
    expect(own?.environment?.['STREAMGATE_STORE']).toBe('redis://valkey:6379')
  })

  it('waits as long as the service may take to stop', () => {
    const drain = Number(own?.environment?.['STREAMGATE_DRAIN_SECONDS'])
    expect(parseInt(own?.stop_grace_period ?? '', 10)).toBeGreaterThan(drain + FINISH_SECONDS)
  })

  it('publishes ports on loopback alone, and that of the image', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? [])
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
    expect(own?.ports).toEqual([`127.0.0.1:${PORT}:${PORT}`])
  })

  it('takes every right from Streamgate', () => {
    expect(own).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
  })

  it('names services and volumes that it has, and folders that are here', () => {
    for (const [, service] of all) {
      const needed = service.depends_on ?? []
      const names = Array.isArray(needed) ? (needed as string[]) : Object.keys(needed)
      expect(Object.keys(services)).toEqual(expect.arrayContaining(names))
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':')
        const isThere = source.startsWith('.') ? existsSync(join(ROOT, 'ops', source)) : source in volumes
        expect(isThere, volume).toBe(true)
      }
    }
  })
})

describeWithOps('Prometheus and Grafana', () => {
  const prometheus = readYaml('ops/prometheus/prometheus.yml') as Prometheus

  it('scrape the service where it has its metrics', () => {
    const [job] = prometheus.scrape_configs
    expect(job?.static_configs[0]?.targets).toEqual([`streamgate:${PORT}`])
    expect(ROUTES.map(({ path }) => path)).toContain(job?.metrics_path ?? '/metrics')
  })

  it('load each file of rules', () => {
    const files = readdirSync(join(ROOT, 'ops/prometheus'))
    const rules = files.filter((file) => file.endsWith('.yml') && file !== 'prometheus.yml')
    expect(prometheus.rule_files).toEqual(expect.arrayContaining(rules))
  })

  it('find each other, and agree on the interval', () => {
    const [source] = (
      readYaml('ops/grafana/provisioning/datasources/prometheus.yaml') as {
        datasources: { uid: string; url: string; jsonData: { timeInterval: string } }[]
      }
    ).datasources
    expect(source).toMatchObject({ uid: 'prometheus', url: 'http://prometheus:9090' })
    expect(source?.jsonData.timeInterval).toBe(prometheus.global.scrape_interval)
  })

  it('show the dashboards of ops/grafana', () => {
    const [provider] = (
      readYaml('ops/grafana/provisioning/dashboards/streamgate.yaml') as {
        providers: { options: { path: string } }[]
      }
    ).providers
    const { grafana } = composeServices()
    expect(grafana?.volumes).toContain(`./grafana:${provider?.options.path}:ro`)
    expect(grafana?.volumes).toContain('./grafana/provisioning:/etc/grafana/provisioning:ro')
  })
})
