/** The dashboard in `ops/grafana`. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FILE = fileURLToPath(new URL('../../ops/grafana/streamgate.json', import.meta.url))

type Place = { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
type Source = { readonly type: string; readonly uid: string }

export type Panel = {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: Place
  readonly datasource?: Source
  readonly targets?: readonly {
    readonly expr: string
    readonly legendFormat: string
    readonly datasource: Source
  }[]
}

export type Variable = { readonly name: string; readonly type: string; readonly definition?: string }

export type Dashboard = {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly Variable[] }
  readonly annotations: { readonly list: readonly { readonly expr: string }[] }
}

export const DASHBOARD = JSON.parse(readFileSync(FILE, 'utf8')) as Dashboard

/** An expression, with its panel's title and the labels that its legend shows. */
export type Query = { readonly title: string; readonly expr: string; readonly legend: readonly string[] }

/** All expressions of the panels. */
export const QUERIES: readonly Query[] = DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({
    title,
    expr,
    legend: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
  })),
)
