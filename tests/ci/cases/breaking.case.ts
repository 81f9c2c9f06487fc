import { it } from 'vitest'

it('is never reached', () => {})

throw new Error('This file cannot be loaded')
