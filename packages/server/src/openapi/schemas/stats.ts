import { KINDS, STATUSES, type Stats } from '@whodid/core'
import { z } from 'zod'
import { countSchema, timeSchema } from './values.ts'

function createTallies<T extends z.ZodType<string>>(value: T) {
  return z.array(z.strictObject({ value, count: z.int() }))
}

const actors = z.array(
  z.strictObject({ value: z.string(), label: z.string(), detail: z.string().exactOptional(), count: z.int() }),
)

const stats: z.ZodType<Stats> = z.strictObject({
  from: timeSchema.describe('The start of the period, inclusive.'),
  to: timeSchema.describe('The end of the period, exclusive.'),
  total: countSchema,
  days: z
    .array(
      z.strictObject({
        day: z.iso.date(),
        kinds: z.strictObject({ create: z.int(), update: z.int(), delete: z.int(), other: z.int() }),
        failures: z.int(),
      }),
    )
    .describe('The days (UTC) with events, oldest first.'),
  hours: z.array(z.int()).length(168).describe('Events by hour of the week in the time zone, starting Monday 00:00.'),
  actions: createTallies(z.string()),
  categories: createTallies(z.string()),
  kinds: createTallies(z.enum(KINDS)),
  statuses: createTallies(z.enum(STATUSES)),
  ranked: countSchema.describe('The number of newest events that actors and resources were counted in.'),
  activeActors: countSchema,
  actors: actors.describe('The most active actors.'),
  inactiveActors: actors.describe('Actors of the preceding period of equal length who were not active in this one.'),
  resources: z
    .array(z.strictObject({ type: z.string(), id: z.string(), name: z.string().nullable(), count: z.int() }))
    .describe('The resources with the most events.'),
})

export const statsOutput = stats.meta({ id: 'Stats' })
