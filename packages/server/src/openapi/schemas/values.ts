import { z } from 'zod'

export const timeSchema = z.iso.datetime({ precision: 3 }).describe('ISO 8601 time in UTC, with milliseconds.')

export const countSchema = z.strictObject({
  value: z.int(),
  exact: z.boolean().describe('False when the actual count is higher.'),
})
