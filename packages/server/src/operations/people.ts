import { AUDIT_CATEGORY, WhodidError } from '@whodid/core'
import { z } from 'zod'
import { countEvents, createFileHeaders, EXPORT_FORMATS, type ExportFile, formatEvents } from '../export/file.ts'
import { erasureOutput } from '../openapi/schemas/administration.ts'
import { resumeFields, tenant, text } from '../schemas.ts'
import { defineOperation } from './operation.ts'

const id = text(512).describe('The id of the person, as an actor.')

export const exportPerson = defineOperation({
  name: 'people.export',
  summary: "Export a person's data",
  description:
    'Streams all events about the person. Requires admin, or export for your own data. The export is recorded as an audit event.',
  // The session checks the permission, which depends on the person.
  requires: 'viewer',
  route: { method: 'GET', path: '/api/v1/people/{id}/export' },
  input: z.strictObject({
    id,
    format: z.enum(EXPORT_FORMATS).optional().describe('The file format. Defaults to json.'),
    tenant,
    ...resumeFields,
  }),
  output: z.string(),
  responseType: 'file',
  run: async (session, { id, format = 'json', tenant, after, upTo }): Promise<ExportFile> => {
    const person = session.person(id, tenant)
    const extract = await person.extract({ after, upTo, signal: session.signal })
    const recordEnd = await person.recordExport({ read: 'person_exported', subject: id, format, after })
    const resumed = after !== undefined
    return {
      headers: createFileHeaders('person', format, { upTo: extract.upTo, resumed }),
      parts: formatEvents(countEvents(extract, recordEnd), format, { resumed }),
    }
  },
})

const metadataPath = text(255).regex(
  /^[^.]+(\.[^.]+)*$/,
  'must be a path in metadata, such as address or address.street',
)

const erasureFields = {
  metadata: z.array(metadataPath).max(100).optional().describe('Paths in metadata to erase too.'),
  names: z.array(text(1_024)).max(20).optional().describe('Other names of the person, to erase from descriptions.'),
  tenant,
}

export const erasePerson = defineOperation({
  name: 'people.erase',
  summary: "Erase a person's data",
  description:
    'Erases the name, email address, IP address and user agent from all events of the person. The events and the id remain.',
  requires: 'admin',
  route: {
    method: 'POST',
    path: '/api/v1/people/{id}/erase',
    isBodyOptional: true,
    body: z.strictObject(erasureFields),
  },
  input: z.strictObject({ id, ...erasureFields }),
  output: erasureOutput,
  run: async (session, { id, tenant, metadata = [], names = [] }) => {
    const administration = session.administer(tenant)
    const { legalHold } = await administration.retention.get()
    if (legalHold) {
      throw new WhodidError(
        'forbidden',
        'A legal hold protects all events of this tenant: remove it with PUT /api/v1/retention first.',
      )
    }
    // Recorded first, so that nothing is erased without an audit event.
    await administration.record({
      action: `${AUDIT_CATEGORY}.person_erased`,
      kind: 'update',
      severity: 'warning',
      resource: { type: 'user', id },
      description: `Started to erase personal data of ${id}`,
      metadata: { metadata },
    })
    return administration.erase(id, { metadata, names })
  },
})
