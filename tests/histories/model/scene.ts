/** A call at its place in an order, as the rules of the model see it. */
import {
  idIn,
  type Answer,
  type Call,
  type HeartbeatQuestion,
  type History,
  type Question,
  type StartQuestion,
} from '../history.ts'
import { planNamed } from '../plans.ts'
import { exactly, type Lease, type Span, type State } from './state.ts'

/** What is the same for every order of a history. */
export type Story = {
  readonly history: History
  /** Entity tags that no admission returned. Each belongs to an admission whose answer was lost. */
  readonly strayTags: ReadonlySet<string>
  /** Entity tags that more than one admission returned. */
  readonly repeatedTags: ReadonlySet<string>
  /** The limits by which calls of this history may have been judged. */
  readonly limits: readonly number[]
}

export type Scene<Asked extends Question = Question> = {
  readonly story: Story
  readonly index: number
  readonly call: Call
  readonly question: Asked
  readonly state: State
  /** When the service may have read its clock for what it writes. */
  readonly asked: Span
  /** When it may have judged which leases are live, to decide. */
  readonly judged: Span
  /** When it may have judged which leases are live, to show what it decided on. */
  readonly seen: Span
}

/** The states in which a call can leave a user, or why its answer cannot be true here. */
export type Step = readonly State[] | string

/** The scene of a call with an answer. */
export type Answered<Asked extends Question = Question> = Scene<Asked> & { readonly answer: Answer }

export function answered<Asked extends Question>(scene: Scene<Asked>, answer: Answer): Answered<Asked> {
  return { ...scene, answer }
}

export function storyOf(history: History): Story {
  const answers = history.calls.flatMap(({ end }) => (end === undefined ? [] : [end.answer]))
  const tagsOf = (status: number) =>
    answers.flatMap((answer) => (answer.status === status && answer.etag !== undefined ? [answer.etag] : []))
  const tagsTaken = tagsOf(201)
  const taken = new Set(tagsTaken)
  const askers = history.calls.map(({ question }) => question).filter(asksForLease)
  return {
    history,
    strayTags: new Set(tagsOf(200).filter((tag) => !taken.has(tag))),
    repeatedTags: new Set(tagsTaken.filter((tag, place) => tagsTaken.indexOf(tag) !== place)),
    limits: [...new Set(askers.map(({ plan }) => planNamed(plan).max))],
  }
}

function asksForLease(question: Question): question is StartQuestion | HeartbeatQuestion {
  return question.kind === 'start' || question.kind === 'heartbeat'
}

/** The lease that a start or heartbeat gets. */
export function newLease(
  { index, question }: Scene,
  facts: Pick<Lease, 'etag' | 'started' | 'expires'>,
): Lease {
  return { id: idIn(question), takenBy: index, isFresh: true, ...facts }
}

/**
 * The limits that a start or heartbeat may be told: its plan's, or if it names none, that of any
 * plan an earlier lease of the user may have been under.
 */
export function limitsOn({ story, question }: Scene<StartQuestion | HeartbeatQuestion>): readonly number[] {
  if (question.kind === 'start' || question.plan !== undefined) return [planNamed(question.plan).max]
  return story.limits
}

/** The limits of the plans that a lease may be under. */
export function limitsOf({ history, limits }: Story, { takenBy }: Lease): readonly number[] {
  const question = history.calls[takenBy]?.question
  if (question?.kind === 'start') return [planNamed(question.plan).max]
  return question?.kind === 'heartbeat' && question.plan !== undefined
    ? [planNamed(question.plan).max]
    : limits
}

/** What an answer shows as the name of a lease. */
export function labelOf({ history }: Story, takenBy: number): string | undefined {
  const question = history.calls[takenBy]?.question
  return question !== undefined && 'label' in question ? question.label : undefined
}

/**
 * Whether the lease can be the one with this tag. If its answer was lost, it can have any tag that
 * no answer accounts for.
 */
export function canHaveTag({ strayTags }: Story, { etag }: Pick<Lease, 'etag'>, tag: string): boolean {
  return etag === undefined ? strayTags.has(tag) : etag === tag
}

/** The span of an instant in an answer. */
export function told(ms: number | undefined): Span {
  return exactly(ms ?? Number.NaN)
}
