import { ACTIONS } from '../seed/catalog.ts'
import { nameOf } from '../seed/events.ts'
import { SHARES, TENANTS } from '../seed/plan.ts'
import { randomOf } from '../seed/random.ts'
import { FOREIGN_WORDS, WORDS } from '../seed/words.ts'

/** A text that somebody looks for. */
export interface Searched {
  readonly tenant: string
  readonly text: string
}

const COUNT = 120

/** Words that many, few and no events have; half of them looked for in the tenant with half of all rows. */
export function drawWords(rows: number): { readonly [frequency in 'common' | 'rare' | 'absent']: readonly Searched[] } {
  const random = randomOf(4_242)
  const several = (text: (tenant: number, nth: number) => string): readonly Searched[] =>
    Array.from({ length: COUNT }, (_, nth) => {
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
      return nameOf(tenant, 'document', at).split('-').at(-1) ?? ''
    }),
    // Every third is made of syllables that are frequent, so that an index alone does not tell.
    absent: several((_, nth) => {
      const word = random.pick(WORDS)
      if (nth % 3 === 0) return [...word, ...random.pick(WORDS)].reverse().join('')
      if (nth % 3 === 1) return `${word.slice(0, 4)}${random.pick(WORDS).slice(-4)}${random.pick(WORDS).slice(0, 3)}q`
      return Array.from({ length: 8 }, () => random.pick([...letters])).join('')
    }),
  }
}
