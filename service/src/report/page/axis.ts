const STEPS = [1, 2, 2.5, 5, 10] as const
const PARTS = 5
const THOUSAND = 1000
const MILLION = 1_000_000

/** Round numbers from 0 to at least the highest value, five or fewer steps apart. */
export function ticksUpTo(highest: number): readonly number[] {
  const rough = Math.max(highest, Number.MIN_VALUE) / PARTS
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = (STEPS.find((one) => one * magnitude >= rough) ?? 10) * magnitude
  const count = Math.max(1, Math.ceil(highest / step - 1e-9))
  return Array.from({ length: count + 1 }, (_none, index) => index * step)
}

/** A number that fits beside an axis: `850`, `12.5k`, `3M`. */
export function shortNumber(value: number): string {
  if (value >= MILLION) return `${trimmed(value / MILLION)}M`
  if (value >= THOUSAND) return `${trimmed(value / THOUSAND)}k`
  return trimmed(value)
}

function trimmed(value: number): string {
  return String(Math.round(value * 100) / 100)
}
