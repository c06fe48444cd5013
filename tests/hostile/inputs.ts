import { z } from 'zod'
import type { Operation } from '../../packages/server/src/operations/operation.ts'
import type { Random } from '../random.ts'
import { createHostileText, createUnknownId, SEARCHES } from './values.ts'

/** Ids and cursors a caller may have learned. */
export interface Knowledge {
  readonly eventIds: readonly string[]
  /** Ids of API keys of Acme. */
  readonly keyIds: readonly string[]
  /** Cursors from earlier responses. */
  readonly cursors: string[]
}

const record = z.record(z.string(), z.unknown())
const list = z.array(z.unknown())

function pick(random: Random, of: unknown): unknown {
  const values = list.safeParse(of)
  return values.success && values.data.length > 0 ? random.pick(values.data) : undefined
}

const TENANTS = ['acme', 'umbrella', 'initech', '*', '-']
const IDS = ['ada', 'linus', 'eve', 'grace', 'p1', 'p2', 'key:acme-read']

/** Creates a usual value for a field of this name. */
function createUsualValue(name: string, random: Random, known: Knowledge): string | undefined {
  const eventId = () => (random.chance(0.8) ? random.pick(known.eventIds) : createUnknownId(random))
  switch (name) {
    case 'tenant':
    case 'tenantId':
      return random.pick(TENANTS)
    case 'id':
    case 'ids':
    case 'causedBy':
      return random.chance(0.7) ? eventId() : random.pick(IDS)
    case 'name':
      return `name ${random.integer(1_000)}`
    case 'method':
      return random.pick(['POST', 'PATCH', '*'])
    case 'path':
      return random.pick(['/api/projects', '/api/projects/:id'])
    case 'cursor':
      return known.cursors.length > 0 && random.chance(0.9) ? random.pick(known.cursors) : 'eyJz'
    case 'lastEventId':
    case 'after':
      return random.pick(['0', '1', '7', '999999999999999', 'all.AAAAAAAA1', random.pick(known.eventIds)])
    case 'q':
    case 'search':
      return random.pick(SEARCHES)
    case 'action':
      return random.pick(['project.created', 'membership.role_changed', 'audit.viewed', 'project.'])
    case 'category':
    case 'type':
    case 'resourceType':
      return random.pick(['project', 'membership', 'audit', 'job'])
    case 'actor':
    case 'userId':
    case 'viewerId':
    case 'resourceId':
    case 'project':
      return random.pick(IDS)
    default:
      return undefined
  }
}

/** Creates a value for a JSON schema, usually a valid one. */
function createInstance(schema: unknown, name: string, random: Random, known: Knowledge, depth: number): unknown {
  const read = record.safeParse(schema)
  if (!read.success || depth > 12) return createHostileText(random)
  const { type, enum: values, const: only, anyOf, oneOf, allOf, items, properties, required, format } = read.data
  if (only !== undefined) return only
  if (values !== undefined) return pick(random, values)
  const choice = pick(random, anyOf ?? oneOf ?? allOf)
  if (choice !== undefined) return createInstance(choice, name, random, known, depth + 1)
  switch (type) {
    case 'boolean':
      return random.chance(0.5)
    case 'integer':
    case 'number':
      return random.pick([0, 1, 2, 3, 30, 50, 1000])
    case 'null':
      return null
    case 'array':
      return Array.from({ length: 1 + random.integer(3) }, () => createInstance(items, name, random, known, depth + 1))
    case 'object': {
      const needed = list.safeParse(required).data ?? []
      const fields = Object.entries(record.safeParse(properties).data ?? {})
      const given = fields.filter(([field]) => needed.includes(field) || random.chance(fields.length > 6 ? 0.12 : 0.4))
      return Object.fromEntries(
        given.map(([field, each]) => [field, createInstance(each, field, random, known, depth + 1)]),
      )
    }
    default: {
      const usual = createUsualValue(name, random, known)
      if (usual !== undefined) return usual
      const dated = format === 'date-time' || name === 'from' || name === 'to'
      return dated ? random.pick(['2026-11-20', '2026-11-20T10:00:00.000Z', '2027-01-01T00:00:00Z']) : 'some text'
    }
  }
}

const schemas = new Map<Operation, unknown>()

function getSchema(operation: Operation): unknown {
  const known = schemas.get(operation)
  if (known !== undefined) return known
  const source = operation.name === 'append' ? (operation.route.body ?? operation.input) : operation.input
  const schema: unknown = z.toJSONSchema(source, { io: 'input', unrepresentable: 'any', reused: 'inline' })
  schemas.set(operation, schema)
  return schema
}

/** Creates an input from the schema of an operation, so that new operations are covered automatically. */
export function createInput(operation: Operation, random: Random, known: Knowledge): unknown {
  const ofKeys = operation.name.startsWith('keys.')
  return createInstance(getSchema(operation), '', random, ofKeys ? { ...known, eventIds: known.keyIds } : known, 0)
}
