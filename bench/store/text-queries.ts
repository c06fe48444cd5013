import { ACTIONS } from '../seed/catalog.ts'
import { createResourceName } from '../seed/events.ts'
import { SHARES, TENANTS } from '../seed/plan.ts'
import { createRandom } from '../seed/random.ts'
import { FOREIGN_WORDS, WORDS } from '../seed/words.ts'

/** A text search in a tenant. */
export interface TextQuery {
  readonly tenant: string
  readonly text: string
}

const WORD_COUNT = 120

/** Draws words that many, few and no events contain. Half of the searches are in the tenant with half of all rows. */
export function drawTextQueries(rows: number): {
  readonly [frequency in 'common' | 'rare' | 'absent']: readonly TextQuery[]
} {
  const random = createRandom(4_242)
  const several = (text: (tenant: number, nth: number) => string): readonly TextQuery[] =>
    Array.from({ length: WORD_COUNT }, (_, nth) => {
      const tenant = nth % 2 === 0 ? 0 : 1 + random.below(TENANTS.length - 1)
      return { tenant: TENANTS[tenant] ?? '', text: text(tenant, nth) }
    })
  const common = [
    ...WORDS.slice(0, 70),
    ...ACTIONS.map((action) => action.slice(action.indexOf('.') + 1)),
    'lovelace',
    'example',
  ]
  const letters = 'bcdfghjklmnpqrstvwxz'
  return {
    common: several((_, nth) => common[nth % common.length] ?? ''),
    rare: several((tenant, nth) => {
      if (nth % 6 === 4) return `${random.pick(WORDS.slice(-120))} ${random.pick(WORDS.slice(-120))}`
      if (nth % 6 === 5) return random.pick(FOREIGN_WORDS)
      const at = random.below(Math.max(50, Math.round(((SHARES[tenant] ?? 0) * rows) / 8)))
      return createResourceName(tenant, 'document', at).split('-').at(-1) ?? ''
    }),
    // A third consists of frequent syllables, so that the trigram index alone does not exclude them.
    absent: several((_, nth) => {
      const word = random.pick(WORDS)
      if (nth % 3 === 0) return [...word, ...random.pick(WORDS)].reverse().join('')
      if (nth % 3 === 1) return `${word.slice(0, 4)}${random.pick(WORDS).slice(-4)}${random.pick(WORDS).slice(0, 3)}q`
      return Array.from({ length: 8 }, () => random.pick([...letters])).join('')
    }),
  }
}
