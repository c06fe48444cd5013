import type { DisclosedEvent, ErasedEvent, PeopleStore, ReadScope } from '@whodid/core'
import type { Db, Reads, Row } from '../db.ts'
import { readEvents, readWhere } from '../read/list.ts'
import { combineConditions, eventsWithInbox } from '../read/where.ts'
import { tables } from '../schema/tables.ts'
import { join, raw, type Sql, type SqlValue, sql } from '../sql.ts'

type Person = Parameters<PeopleStore['findEvents']>[1]
type Page = Parameters<PeopleStore['findEvents']>[2]

/** Creates the store that finds and erases a person's data. It reads as `reader` and overwrites as `eraser`. */
export function createPeopleStore(db: Db, onErased: (rows: number) => void): PeopleStore {
  return {
    findEvents: (scope, person, page) =>
      db.read(scope.tenantId, (reads) => readPersonEvents(reads, scope, person, page)),
    async erase(tenantId, events) {
      if (events.length === 0) return 0
      const rows = await db.tx('eraser', tenantId, (queries) => queries.query(buildErasure(tenantId, events)))
      onErased(rows.length)
      return rows.length
    },
  }
}

interface DisclosureRow extends Row {
  readonly id: string
  readonly disclosures: readonly string[]
}

async function readPersonEvents(
  reads: Reads,
  scope: ReadScope,
  person: Person,
  { after, limit }: Page,
): Promise<readonly DisclosedEvent[]> {
  const where = combineConditions(await readWhere(reads, scope, {}))
  const isAfter = after === null ? raw('true') : sql`e.id > ${after}`
  // One subquery per index, each limited to the size of the page.
  const subqueries = [
    sql`e.actor_id = ${person.id}`,
    sql`e.on_behalf_of_id = ${person.id}`,
    sql`e.impersonated_by_id = ${person.id}`,
    ...[...new Set(person.resourceTypes)].map(
      (type) => sql`e.resource_type = ${type} and e.resource_id = ${person.id}`,
    ),
  ].map(
    (condition) => sql`(
    select e.id from ${eventsWithInbox(scope)} where ${where} and ${isAfter} and ${condition} order by e.id limit ${limit})`,
  )
  const found = await reads.query<{ id: string }>(
    sql`select id from (${join(subqueries, ' union ')}) ids order by id limit ${limit}`,
  )
  const ids = found.map(({ id }) => id)
  const isFound = sql`${where} and e.id = any(${ids}::uuid[])`
  const rows = await reads.query<DisclosureRow>(
    sql`select e.id, e.disclosures from ${eventsWithInbox(scope)} where ${isFound}`,
  )
  const disclosures = new Map(rows.map((row) => [row.id, row.disclosures]))
  const events = await readEvents(reads, scope, sql`${isFound} order by e.id`)
  return events.map((event) => ({ event, disclosures: disclosures.get(event.id) ?? [] }))
}

type Column = readonly [name: string, type: string, getCell: (event: ErasedEvent) => string | null]

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

/** Sets or removes the name in a person's JSON column. */
function setPersonName(person: string): Sql {
  const [value, name] = [raw(`e.${person}`), raw(`n.${person}_name`)]
  return sql`${raw(person)} = case when ${name} is null then ${value} - 'name'
    else ${value} || jsonb_build_object('name', ${name}) end`
}

function isPersonName(name: string) {
  return name === 'on_behalf_of_name' || name === 'impersonated_by_name'
}

/** Builds the update of an erasure. It changes personal columns only: `canonical`, `digest` and `seq` stay. */
function buildErasure(tenantId: string, events: readonly ErasedEvent[]): Sql {
  const ids: SqlValue = events.map(({ id }) => id)
  const arrays = columns.map(([, type, getCell]) => {
    const cells: SqlValue = events.map(getCell)
    return sql`${cells}::${raw(type)}[]`
  })
  const plain = columns.filter(([name]) => !isPersonName(name)).map(([name]) => raw(`${name} = n.${name}`))
  return sql`
    update ${tables.events} e set ${join([...plain, setPersonName('on_behalf_of'), setPersonName('impersonated_by')], ', ')}
    from unnest(${ids}::uuid[], ${join(arrays, ', ')}) as n (id, ${raw(columns.map(([name]) => name).join(', '))})
    where e.tenant_id = ${tenantId} and e.id = any(${ids}::uuid[]) and e.id = n.id
    returning 1`
}
