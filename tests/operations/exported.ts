/** What a scrape exports. */

/** The labels of each series name. A name without a series has none. */
export type Exported = ReadonlyMap<string, ReadonlySet<string>>

const SAMPLE = /^([\w:]+)(?:\{(.*)\})? \S+$/

/** Reads Prometheus' text format. Histograms are there by the names of their series. */
export function exportedIn(text: string): Exported {
  const all = new Map<string, Set<string>>()
  for (const line of text.split('\n')) {
    const [, name, labels = ''] = SAMPLE.exec(line) ?? []
    if (name === undefined) continue
    const known = all.get(name) ?? new Set<string>()
    all.set(name, known)
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label)
  }
  return all
}

/** All metrics of a scrape, by the names that `# TYPE` gives, with their labels but `le`. */
export function metricsIn(text: string): Exported {
  const series = exportedIn(text)
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  return new Map(
    types.map(([, name = '', type]) => {
      const labels = series.get(type === 'histogram' ? `${name}_count` : name) ?? []
      return [name, new Set(labels)]
    }),
  )
}
