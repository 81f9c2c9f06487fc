/** What the metrics have counted. */
import type { Conversation } from './conversation.ts'

type Counts = Readonly<Record<string, number>>

/** Decisions by their labels, as `verb="start",outcome="admitted"`. */
export async function decisionsCounted(service: Conversation): Promise<Counts> {
  const counts = (await metrics(service)).matchAll(/^streamgate_decisions_total\{(.*)\} (\d+)$/gm)
  return Object.fromEntries([...counts].map(([, labels = '', count]) => [labels, Number(count)]))
}

/**
 * Decisions under plans on trial: how they came out, and how they would have, as `admitted,denied`.
 */
export async function shadowsCounted(service: Conversation): Promise<Counts> {
  const counts = (await metrics(service)).matchAll(
    /^streamgate_shadow_decisions_total\{outcome="(\w+)",shadow="(\w+)"\} (\d+)/gm,
  )
  return Object.fromEntries(
    [...counts].map(([, outcome, shadow, count]) => [`${outcome},${shadow}`, Number(count)]),
  )
}

/** Heartbeats that named a plan which the policy does not have. */
export async function unknownPlansCounted(service: Conversation): Promise<number> {
  const counted = /^streamgate_unknown_plan_heartbeats_total (\d+)/m.exec(await metrics(service))
  return Number(counted?.[1])
}

async function metrics(service: Conversation): Promise<string> {
  return (await service.send({ method: 'GET', path: '/metrics' })).text
}
