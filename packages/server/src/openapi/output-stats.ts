import { KINDS, STATUSES, type Stats } from '@whodid/core'
import { z } from 'zod'

const time = z.iso.datetime({ precision: 3 })
const count = z.strictObject({
  value: z.int(),
  exact: z.boolean().describe('False when there are more than the value says.'),
})

function tally<T extends z.ZodType<string>>(value: T) {
  return z.array(z.strictObject({ value, count: z.int() }))
}

const people = z.array(
  z.strictObject({ value: z.string(), label: z.string(), detail: z.string().exactOptional(), count: z.int() }),
)

const fields: z.ZodType<Stats> = z.strictObject({
  from: time.describe('Inclusive.'),
  to: time.describe('Exclusive.'),
  total: count,
  days: z
    .array(
      z.strictObject({
        day: z.iso.date(),
        kinds: z.strictObject({ create: z.int(), update: z.int(), delete: z.int(), other: z.int() }),
        failures: z.int(),
      }),
    )
    .describe('Days in UTC with events, oldest first.'),
  hours: z.array(z.int()).length(168).describe('By hour of the week in the time zone, Monday 00:00 first.'),
  actions: tally(z.string()),
  categories: tally(z.string()),
  kinds: tally(z.enum(KINDS)),
  statuses: tally(z.enum(STATUSES)),
  ranked: count.describe('Over how many of the newest events actors and resources were counted.'),
  activeActors: count,
  actors: people,
  inactiveActors: people.describe('Of the period before, as long as this one, who did nothing in this one.'),
  resources: z.array(z.strictObject({ type: z.string(), id: z.string(), name: z.string().nullable(), count: z.int() })),
})

export const statsOutput = fields.meta({ id: 'Stats' })
