import { WhodidError } from '@whodid/core'
import { z } from 'zod'
import { createComplianceFile } from '../export/compliance.ts'
import { countEvents, createFileHeaders, EXPORT_FORMATS, type ExportFile, formatEvents } from '../export/file.ts'
import { listFields, pickFilter, resumeFields } from '../schemas.ts'
import { defineOperation } from './operation.ts'

const EXPORT_PRESETS = ['compliance'] as const

const { sort: _sort, limit: _limit, cursor: _cursor, direction: _direction, ...fields } = listFields

export const exportEvents = defineOperation({
  name: 'export',
  summary: 'Export all events that match a filter',
  description: 'Streams one file. The export is recorded as an audit event.',
  requires: 'export',
  route: { method: 'GET', path: '/api/v1/events/export' },
  input: z.strictObject({
    format: z.enum(EXPORT_FORMATS).describe('The file format.'),
    preset: z
      .enum(EXPORT_PRESETS)
      .optional()
      .describe(
        'Set to compliance to get a ZIP with the file (including audit events), a list of actors, and a manifest with hashes.',
      ),
    ...fields,
    ...resumeFields,
  }),
  output: z.string(),
  responseType: 'file',
  run: async (session, { format, preset, tenant, order, after, upTo, ...input }): Promise<ExportFile> => {
    if (preset && after !== undefined) {
      throw new WhodidError(
        'invalid_input',
        'A compliance export cannot be resumed, because its manifest covers the whole file: start again without `after`.',
      )
    }
    const reader = session.reader(tenant)
    const filter = pickFilter(input)
    const sortOrder = order ?? (preset ? 'asc' : 'desc')
    const { signal } = session
    const includeAudit = preset === 'compliance'
    const extract = await reader.extract(filter, { order: sortOrder, after, upTo, includeAudit, signal })
    const recordEnd = await reader.recordExport({ read: 'exported', format, preset, after, filter })
    const pages = countEvents(extract, recordEnd)
    if (preset) {
      const { viewer } = session
      const request = {
        extract: { ...extract, pages },
        format,
        order: sortOrder,
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
