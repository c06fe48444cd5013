import type { DisclosedEvent, Erased, PeopleStore, ReadScope } from '@whodid/core'
import type { Db, Reads, Row } from '../db.ts'
import { readEvents, readWhere } from '../read/list.ts'
import { eventsOf, wholeCondition } from '../read/where.ts'
import { tables } from '../schema/tables.ts'
import { join, raw, type Sql, type SqlValue, sql } from '../sql.ts'

type Person = Parameters<PeopleStore['eventsOf']>[1]
type Page = Parameters<PeopleStore['eventsOf']>[2]

/** A person's traces are read in the name of `reader` and overwritten in that of `eraser`. `removed` is told of every erasure. */
export function peopleIn(db: Db, removed: (rows: number) => void): PeopleStore {
  return {
    eventsOf: (scope, person, page) => db.read(scope.tenantId, (reads) => eventsOfPerson(reads, scope, person, page)),
    async erase(tenantId, events) {
      if (events.length === 0) return 0
      const rows = await db.tx('eraser', tenantId, (queries) => queries.query(overwrite(tenantId, events)))
      removed(rows.length)
      return rows.length
    },
  }
}

interface DisclosureRow extends Row {
  readonly id: string
  readonly disclosures: readonly string[]
}

async function eventsOfPerson(
  reads: Reads,
  scope: ReadScope,
  person: Person,
  { after, limit }: Page,
): Promise<readonly DisclosedEvent[]> {
  const where = wholeCondition(await readWhere(reads, scope, {}))
  const onward = after === null ? raw('true') : sql`e.id > ${after}`
  // Each by an index of its own, of which no more is read than the page may need.
  const traces = [
    sql`e.actor_id = ${person.id}`,
    sql`e.on_behalf_of_id = ${person.id}`,
    sql`e.impersonated_by_id = ${person.id}`,
    ...[...new Set(person.resourceTypes)].map(
      (type) => sql`e.resource_type = ${type} and e.resource_id = ${person.id}`,
    ),
  ].map(
    (trace) => sql`(
    select e.id from ${eventsOf(scope)} where ${where} and ${onward} and ${trace} order by e.id limit ${limit})`,
  )
  const found = await reads.query<{ id: string }>(
    sql`select id from (${join(traces, ' union ')}) traces order by id limit ${limit}`,
  )
  const ids = found.map(({ id }) => id)
  const among = sql`${where} and e.id = any(${ids}::uuid[])`
  const rows = await reads.query<DisclosureRow>(sql`select e.id, e.disclosures from ${eventsOf(scope)} where ${among}`)
  const disclosures = new Map(rows.map((row) => [row.id, row.disclosures]))
  const events = await readEvents(reads, scope, sql`${among} order by e.id`)
  return events.map((event) => ({ event, disclosures: disclosures.get(event.id) ?? [] }))
}

type Column = readonly [name: string, type: string, cell: (event: Erased) => string | null]

const columns: readonly Column[] = [
  ['actor_name', 'text', (event) => event.actorName],
  ['actor_email', 'text', (event) => event.actorEmail],
  ['on_behalf_of_name', 'text', (event) => event.onBehalfOfName],
  ['impersonated_by_name', 'text', (event) => event.impersonatedByName],
  ['resource_name', 'text', (event) => event.resourceName],
  ['description', 'text', (event) => event.description],
  ['ip', 'text', (event) => event.ip],
  ['user_agent', 'text', (event) => event.userAgent],
  ['metadata', 'jsonb', (event) => JSON.stringify(event.metadata)],
  ['changes', 'jsonb', (event) => JSON.stringify(event.changes)],
  ['disclosures', 'jsonb', (event) => JSON.stringify(event.disclosures)],
  ['search_text', 'text', (event) => event.searchText],
]

function named(person: string): Sql {
  const [whole, name] = [raw(`e.${person}`), raw(`n.${person}_name`)]
  return sql`${raw(person)} = case when ${name} is null then ${whole} - 'name'
    else ${whole} || jsonb_build_object('name', ${name}) end`
}

function isPerson(name: string) {
  return name === 'on_behalf_of_name' || name === 'impersonated_by_name'
}

/** The columns that an erasure may change, and no others: `canonical`, `digest` and `seq` stay as they are. */
function overwrite(tenantId: string, events: readonly Erased[]): Sql {
  const ids: SqlValue = events.map(({ id }) => id)
  const arrays = columns.map(([, type, cell]) => {
    const cells: SqlValue = events.map(cell)
    return sql`${cells}::${raw(type)}[]`
  })
  const plain = columns.filter(([name]) => !isPerson(name)).map(([name]) => raw(`${name} = n.${name}`))
  return sql`
    update ${tables.events} e set ${join([...plain, named('on_behalf_of'), named('impersonated_by')], ', ')}
    from unnest(${ids}::uuid[], ${join(arrays, ', ')}) as n (id, ${raw(columns.map(([name]) => name).join(', '))})
    where e.tenant_id = ${tenantId} and e.id = any(${ids}::uuid[]) and e.id = n.id
    returning 1`
}
