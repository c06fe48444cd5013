import { AUDIT_CATEGORY, WhodidError } from '@whodid/core'
import { z } from 'zod'
import { countEvents, EXPORT_FORMATS, type ExportFile, createFileHeaders, formatEvents } from '../export/file.ts'
import { erasureOutput } from '../openapi/output-admin.ts'
import { resumeFields, tenant, text } from '../schemas.ts'
import { defineOperation } from './operation.ts'

const id = text(512).describe('The id of the person, as actors have it.')

export const exportPerson = defineOperation({
  name: 'people.export',
  summary: 'Export all that is known of one person: for administrators, and with export for oneself.',
  // The person themselves need no more than export, so the session says who may.
  requires: 'viewer',
  route: { method: 'GET', path: '/api/v1/people/{id}/export' },
  input: z.strictObject({
    id,
    format: z.enum(EXPORT_FORMATS).optional().describe('The form of the file. json when absent.'),
    tenant,
    ...resumeFields,
  }),
  output: z.string(),
  responseType: 'file',
  run: async (session, { id, format = 'json', tenant, after, upTo }): Promise<ExportFile> => {
    const person = session.person(id, tenant)
    const extract = await person.extract({ after, upTo, signal: session.signal })
    const ended = await person.recordExport({ read: 'person_exported', subject: id, format, after })
    const resumed = after !== undefined
    return {
      headers: createFileHeaders('person', format, { upTo: extract.upTo, resumed }),
      parts: formatEvents(countEvents(extract, ended), format, { resumed }),
    }
  },
})

const metadataPath = text(255).regex(/^[^.]+(\.[^.]+)*$/, 'must be a path below metadata, such as address or address.street')

const erasureFields = {
  metadata: z.array(metadataPath).max(100).optional().describe('More to erase from these events: paths below metadata.'),
  names: z.array(text(1_024)).max(20).optional().describe('What else the person is called, in sentences say.'),
  tenant,
}

export const erasePerson = defineOperation({
  name: 'people.erase',
  summary: "Erase one person's name, e-mail address, ip and user agent everywhere. Their events and their id stay.",
  requires: 'admin',
  route: { method: 'POST', path: '/api/v1/people/{id}/erase', isBodyOptional: true, body: z.strictObject(erasureFields) },
  input: z.strictObject({ id, ...erasureFields }),
  output: erasureOutput,
  run: async (session, { id, tenant, metadata = [], names = [] }) => {
    const administration = session.administer(tenant)
    const { legalHold } = await administration.retention.get()
    if (legalHold) {
      throw new WhodidError(
        'forbidden',
        'A legal hold keeps all events of this tenant as they are: end it with PUT /api/v1/retention, then erase.',
      )
    }
    // Before anything goes, so that nothing is ever gone without a word.
    await administration.record({
      action: `${AUDIT_CATEGORY}.person_erased`,
      kind: 'update',
      severity: 'warning',
      resource: { type: 'user', id },
      description: `The personal data of ${id} were erased`,
      metadata: { metadata },
    })
    return administration.erase(id, { metadata, names })
  },
})
