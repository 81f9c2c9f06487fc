import * as v from 'valibot'
import { Count } from './answer-schemas.ts'

/** How a pool stands. */
export const PoolSchema = v.pipe(
  v.object({
    name: v.string(),
    max: v.pipe(Count, v.description('How many streams of all users may run at once.')),
    used: v.pipe(
      Count,
      v.description('How many run. Other processes tell their part when they write, at least once a minute.'),
    ),
  }),
  v.description('A cap on the streams of all users.'),
  v.metadata({ jsonSchema: { examples: [{ name: 'title:film-1', max: 5000, used: 4711 }] } }),
)
