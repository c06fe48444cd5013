import { sha256 } from '@noble/hashes/sha2.js'
import {
  type Actor,
  bytesToHex,
  type Filter,
  rowsToCsv,
  type SortOrder,
  type StoredEvent,
  type Viewer,
} from '@whodid/core'
import { makeZip } from 'client-zip'
import type { Extract } from '../read/extract.ts'
import { type ExportFormat, write } from './file.ts'

/** What a compliance export says of itself. */
export interface ComplianceRequest {
  readonly extract: Extract
  readonly format: ExportFormat
  readonly order: SortOrder
  readonly filter: Filter
  readonly viewer: Viewer
  /** In milliseconds. */
  readonly createdAt: number
}

/** More people than these are counted, and not listed, so that memory stays the same however long the export. */
const LISTED_AT_MOST = 20_000

interface Span {
  count: number
  firstSeq: number | null
  lastSeq: number | null
  firstOccurredAt: string | null
  lastOccurredAt: string | null
}

interface User {
  readonly tenantId: string
  actor: Actor
  count: number
  first: string
  last: string
}

function earlier<T extends string | number>(a: T | null, b: T): T {
  return a !== null && a < b ? a : b
}

function later<T extends string | number>(a: T | null, b: T): T {
  return a !== null && a > b ? a : b
}

/** Counts what goes by: events of each tenant, and who did them. */
function createTally(tenants: readonly string[]) {
  const spans = new Map<string, Span>(
    tenants.map((tenantId) => [
      tenantId,
      { count: 0, firstSeq: null, lastSeq: null, firstOccurredAt: null, lastOccurredAt: null },
    ]),
  )
  const users = new Map<string, User>()
  let unlisted = 0

  const user = ({ tenantId, actor, occurredAt }: StoredEvent) => {
    const key = JSON.stringify([tenantId, actor.type, actor.id])
    const known = users.get(key)
    if (known) {
      if (occurredAt >= known.last) known.actor = actor
      known.count += 1
      known.first = earlier(known.first, occurredAt)
      known.last = later(known.last, occurredAt)
    } else if (users.size < LISTED_AT_MOST) {
      users.set(key, { tenantId, actor, count: 1, first: occurredAt, last: occurredAt })
    } else unlisted += 1
  }

  return {
    add(event: StoredEvent) {
      user(event)
      const span = spans.get(event.tenantId)
      if (!span) return
      span.count += 1
      span.firstSeq = earlier(span.firstSeq, event.seq)
      span.lastSeq = later(span.lastSeq, event.seq)
      span.firstOccurredAt = earlier(span.firstOccurredAt, event.occurredAt)
      span.lastOccurredAt = later(span.lastOccurredAt, event.occurredAt)
    },
    tenants: () => [...spans].map(([tenantId, span]) => ({ tenantId, ...span })),
    users: () => ({ listed: users.size, eventsOfUnlisted: unlisted }),
    usersCsv: () =>
      rowsToCsv([
        ['tenant_id', 'actor_id', 'actor_type', 'name', 'email', 'events', 'first', 'last'],
        ...[...users.values()].map(({ tenantId, actor, count, first, last }) => [
          tenantId,
          actor.id,
          actor.type,
          actor.name,
          actor.email,
          count,
          first,
          last,
        ]),
      ]),
  }
}

/** A file that goes by, with its length and hash once it has. */
function createMeasure(name: string) {
  const hash = sha256.create()
  const encoder = new TextEncoder()
  let bytes = 0
  return {
    async *through(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      for await (const text of texts) {
        const part = encoder.encode(text)
        bytes += part.byteLength
        hash.update(part)
        yield part
      }
    },
    taken: () => ({ name, bytes, sha256: bytesToHex(hash.digest()) }),
  }
}

async function* once(text: () => string): AsyncGenerator<string> {
  yield text()
}

async function* each(
  pages: AsyncIterable<readonly StoredEvent[]>,
  see: (event: StoredEvent) => void,
): AsyncGenerator<readonly StoredEvent[]> {
  for await (const events of pages) {
    events.forEach(see)
    yield events
  }
}

/**
 * A ZIP for an auditor, streamed: `activity.csv` (or json, ndjson) with every field, `users.csv` with who acted, and
 * `manifest.json`, last, with counts, seqs and the SHA-256 of both. Its files are stored uncompressed, so that whatever
 * compresses the answer does it once.
 */
export async function* complianceFile(request: ComplianceRequest): AsyncGenerator<Uint8Array> {
  const { extract, format, order, filter, viewer, createdAt } = request
  const tally = createTally(extract.tenants)
  const activity = createMeasure(`activity.${format}`)
  const users = createMeasure('users.csv')
  const texts = write(each(extract.pages, tally.add), format)
  const manifest = () => ({
    manifest: 1,
    createdAt: new Date(createdAt).toISOString(),
    requestedBy: { id: viewer.id, name: viewer.name },
    period: { from: filter.from ?? null, to: filter.to ?? null },
    filter,
    order,
    format,
    maskedFields: viewer.masked ?? [],
    upTo: extract.upTo,
    count: tally.tenants().reduce((sum, { count }) => sum + count, 0),
    tenants: tally.tenants(),
    users: tally.users(),
    files: [activity.taken(), users.taken()],
  })
  const lastModified = new Date(createdAt)
  const zip = makeZip(
    (async function* () {
      yield { name: `activity.${format}`, input: activity.through(texts), lastModified }
      yield { name: 'users.csv', input: users.through(once(tally.usersCsv)), lastModified }
      yield { name: 'manifest.json', input: `${JSON.stringify(manifest(), null, 2)}\n`, lastModified }
    })(),
  ).getReader()
  try {
    for (let part = await zip.read(); !part.done; part = await zip.read()) yield part.value
  } finally {
    // Both, since the archive does not pass on that its reader left.
    await Promise.all([zip.cancel(), texts.return(undefined)])
  }
}
