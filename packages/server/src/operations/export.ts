import { WhodidError } from '@whodid/core'
import { z } from 'zod'
import { createComplianceFile } from '../export/compliance.ts'
import { countEvents, EXPORT_FORMATS, type ExportFile, createFileHeaders, formatEvents } from '../export/file.ts'
import { pickFilter, listFields, resumeFields } from '../schemas.ts'
import { defineOperation } from './operation.ts'

export const EXPORT_PRESETS = ['compliance'] as const

const { sort: _sort, limit: _limit, cursor: _cursor, direction: _direction, ...fields } = listFields

export const exportEvents = defineOperation({
  name: 'export',
  summary: 'Export everything under a filter as one file. It is streamed, and is an event itself.',
  requires: 'export',
  route: { method: 'GET', path: '/api/v1/events/export' },
  input: z.strictObject({
    format: z.enum(EXPORT_FORMATS).describe('The form of the file.'),
    preset: z
      .enum(EXPORT_PRESETS)
      .optional()
      .describe('compliance: a ZIP of the file, audit events included, of who acted, and of a manifest with hashes.'),
    ...fields,
    ...resumeFields,
  }),
  output: z.string(),
  responseType: 'file',
  run: async (session, { format, preset, tenant, order, after, upTo, ...input }): Promise<ExportFile> => {
    if (preset && after !== undefined) {
      throw new WhodidError(
        'invalid_input',
        'A compliance export cannot go on where another broke off, since its manifest is about all of it: begin again.',
      )
    }
    const reader = session.reader(tenant)
    const filter = pickFilter(input)
    const byTime = order ?? (preset ? 'asc' : 'desc')
    const { signal } = session
    const audit = preset === 'compliance'
    const extract = await reader.extract(filter, { order: byTime, after, upTo, includeAudit: audit, signal })
    const ended = await reader.recordExport({ read: 'exported', format, preset, after, filter })
    const pages = countEvents(extract, ended)
    if (preset) {
      const { viewer } = session
      const request = {
        extract: { ...extract, pages },
        format,
        order: byTime,
        filter,
        viewer,
        createdAt: session.now(),
      }
      return { headers: createFileHeaders('activity', 'zip', extract), parts: createComplianceFile(request) }
    }
    const resumed = after !== undefined
    return {
      headers: createFileHeaders('activity', format, { upTo: extract.upTo, resumed }),
      parts: formatEvents(pages, format, { resumed }),
    }
  },
})
