import type { UnseenMutant } from './mutant.ts'

/** Slips that no answer shows, each with its reason. Where the checker sees one after all, the reason was wrong. */
export const UNSEEN_MUTANTS: readonly UnseenMutant[] = [
  {
    slip: 'a renewal by the rules renews whatever generation is held',
    file: 'admission.ts',
    right: 'lease: { id, generation }, times',
    wrong: 'lease: { id }, times',
    because: 'a request that names a generation never gets there, and any other may renew any taking',
  },
  {
    slip: 'a renewed stream that replaces another keeps the lapsed ones',
    file: 'admission.ts',
    right: '.filter((lease) => lease.id === id || isLive(lease, nowMs))',
    wrong: '',
    because: 'there the roster only shrinks, so dropping lapsed leases is mere tidiness',
  },
  {
    slip: 'notes are kept after their time',
    file: 'eviction.ts',
    right: 'nowMs < note.untilMs && ',
    wrong: '',
    because: 'whoever reads a note looks at its time again',
  },
  {
    slip: 'notes are kept without bound',
    file: 'eviction.ts',
    right: '.slice(-EVICTIONS_MAX)',
    wrong: '',
    because: 'there is one note a lease id, and the users here have fewer ids than the bound',
  },
  {
    slip: 'two notes on one lease',
    file: 'eviction.ts',
    right: ', ...ends.map(({ id }) => id)',
    wrong: '',
    because: 'a lease can be evicted again only after a start, which has dropped the first note',
  },
  {
    slip: 'an old note on the newcomer does not matter',
    file: 'admission.ts',
    right: '!hasNote && ',
    wrong: '',
    because: 'a start looks for such a note once it is done, and drops it then',
  },
  {
    slip: 'a note on the newcomer is kept',
    file: 'eviction.ts',
    right: 'new Set([newcomer.id, ...ends',
    wrong: 'new Set([...ends',
    because: 'a start looks for such a note once it is done, and drops it then',
  },
  {
    slip: 'a start drops the note on its own eviction as well',
    file: 'settler.ts',
    right: ' && note.generation !== started.generation',
    wrong: '',
    because: 'a start that is still under way may as well have come after the eviction',
  },
  {
    slip: 'a heartbeat of the generation that is held is taken for lost',
    file: 'heartbeat.ts',
    right: '(generation === undefined || held.generation === generation)',
    wrong: 'generation === undefined',
    because: 'it comes there only after its renewal was refused, and a taking that is over stays over',
  },
  {
    slip: 'losers of a race do not pause',
    file: 'settler.ts',
    right: '      await this.#parts.pause(this.#parts.random() * PAUSE_STEP_MS * attempt)\n',
    wrong: '',
    because: 'the pause makes the next race less likely, not its outcome another',
  },
]
