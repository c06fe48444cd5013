import { sha256 } from '@noble/hashes/sha2.js'
import { type Actor, type Filter, rowsToCsv, type SortOrder, type StoredEvent, type Viewer } from '@whodid/core'
import { bytesToHex } from '@whodid/core/event'
import { makeZip } from 'client-zip'
import type { EventExtract } from '../read/extract.ts'
import { type ExportFormat, formatEvents } from './file.ts'

/** Options for `createComplianceFile`. */
interface ComplianceRequest {
  readonly extract: EventExtract
  readonly format: ExportFormat
  readonly order: SortOrder
  readonly filter: Filter
  readonly viewer: Viewer
  /** In epoch milliseconds. */
  readonly createdAt: number
}

/** Events of further users are only counted, to bound memory. */
const MAX_LISTED_USERS = 20_000

interface TenantSummary {
  count: number
  firstSeq: number | null
  lastSeq: number | null
  firstOccurredAt: string | null
  lastOccurredAt: string | null
}

interface UserSummary {
  readonly tenantId: string
  actor: Actor
  count: number
  first: string
  last: string
}

function min<T extends string | number>(a: T | null, b: T): T {
  return a !== null && a < b ? a : b
}

function max<T extends string | number>(a: T | null, b: T): T {
  return a !== null && a > b ? a : b
}

/** Counts the exported events by tenant and by user. */
function createTally(tenants: readonly string[]) {
  const tenantSummaries = new Map<string, TenantSummary>(
    tenants.map((tenantId) => [
      tenantId,
      { count: 0, firstSeq: null, lastSeq: null, firstOccurredAt: null, lastOccurredAt: null },
    ]),
  )
  const users = new Map<string, UserSummary>()
  let unlistedEvents = 0

  const countUser = ({ tenantId, actor, occurredAt }: StoredEvent) => {
    const key = JSON.stringify([tenantId, actor.type, actor.id])
    const user = users.get(key)
    if (user) {
      if (occurredAt >= user.last) user.actor = actor
      user.count += 1
      user.first = min(user.first, occurredAt)
      user.last = max(user.last, occurredAt)
    } else if (users.size < MAX_LISTED_USERS) {
      users.set(key, { tenantId, actor, count: 1, first: occurredAt, last: occurredAt })
    } else unlistedEvents += 1
  }

  return {
    add(event: StoredEvent) {
      countUser(event)
      const summary = tenantSummaries.get(event.tenantId)
      if (!summary) return
      summary.count += 1
      summary.firstSeq = min(summary.firstSeq, event.seq)
      summary.lastSeq = max(summary.lastSeq, event.seq)
      summary.firstOccurredAt = min(summary.firstOccurredAt, event.occurredAt)
      summary.lastOccurredAt = max(summary.lastOccurredAt, event.occurredAt)
    },
    tenants: () => [...tenantSummaries].map(([tenantId, summary]) => ({ tenantId, ...summary })),
    users: () => ({ listed: users.size, unlistedEvents }),
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

/** Encodes and hashes a file while it is streamed. */
function createHashedFile(name: string) {
  const hash = sha256.create()
  const encoder = new TextEncoder()
  let bytes = 0
  return {
    async *encode(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      for await (const text of texts) {
        const part = encoder.encode(text)
        bytes += part.byteLength
        hash.update(part)
        yield part
      }
    },
    summarize: () => ({ name, bytes, sha256: bytesToHex(hash.digest()) }),
  }
}

async function* yieldOnce(text: () => string): AsyncGenerator<string> {
  yield text()
}

async function* tapEvents(
  pages: AsyncIterable<readonly StoredEvent[]>,
  onEvent: (event: StoredEvent) => void,
): AsyncGenerator<readonly StoredEvent[]> {
  for await (const events of pages) {
    events.forEach(onEvent)
    yield events
  }
}

/**
 * Streams a ZIP for auditors: `activity.csv` (or json, ndjson) with every field, `users.csv` with everyone who acted, and
 * `manifest.json` with counts, sequence numbers and the SHA-256 of both files. The files are not compressed, because the
 * response may be.
 */
export async function* createComplianceFile(request: ComplianceRequest): AsyncGenerator<Uint8Array> {
  const { extract, format, order, filter, viewer, createdAt } = request
  const tally = createTally(extract.tenants)
  const activity = createHashedFile(`activity.${format}`)
  const users = createHashedFile('users.csv')
  const texts = formatEvents(tapEvents(extract.pages, tally.add), format)
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
    files: [activity.summarize(), users.summarize()],
  })
  const lastModified = new Date(createdAt)
  const zip = makeZip(
    (async function* () {
      yield { name: `activity.${format}`, input: activity.encode(texts), lastModified }
      yield { name: 'users.csv', input: users.encode(yieldOnce(tally.usersCsv)), lastModified }
      yield { name: 'manifest.json', input: `${JSON.stringify(manifest(), null, 2)}\n`, lastModified }
    })(),
  ).getReader()
  try {
    for (let part = await zip.read(); !part.done; part = await zip.read()) yield part.value
  } finally {
    // client-zip does not cancel its inputs.
    await Promise.all([zip.cancel(), texts.return(undefined)])
  }
}
