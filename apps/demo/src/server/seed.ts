import { createRecordId, type Database } from './database.ts'
import { hashPassword } from './identity.ts'
import type { Role, Row } from './records.ts'

const PASSWORD = 'demo'

interface Person {
  id: string
  name: string
  title: string
  role: Role
  picture: string
  /** @default January 12, 2026 */
  joinedDaysAgo?: number
}

const ACME: readonly Person[] = [
  { id: 'usr_ada', name: 'Ada Lovelace', title: 'Founder', role: 'owner', picture: 'violet' },
  { id: 'usr_grace', name: 'Grace Hopper', title: 'Head of engineering', role: 'admin', picture: 'teal' },
  { id: 'usr_linus', name: 'Linus Torvalds', title: 'Engineer', role: 'member', picture: 'amber' },
]

/** Members added for `--traffic`. */
const COLLEAGUES: readonly Person[] = [
  { id: 'usr_margaret', name: 'Margaret Hamilton', title: 'Site reliability', role: 'admin', picture: 'rose' },
  { id: 'usr_alan', name: 'Alan Turing', title: 'Research', role: 'member', picture: 'sky' },
  { id: 'usr_radia', name: 'Radia Perlman', title: 'Network', role: 'member', picture: 'slate', joinedDaysAgo: 5 },
]

const SERVICES: readonly [project: string, name: string, kind: Row<'service'>['kind'], replicas: number][] = [
  ['prj_storefront', 'web', 'web', 3],
  ['prj_storefront', 'search', 'web', 2],
  ['prj_storefront', 'mailer', 'worker', 1],
  ['prj_payments', 'ledger', 'web', 2],
  ['prj_payments', 'settlement', 'cron', 1],
  ['prj_platform', 'warehouse', 'database', 1],
  ['prj_platform', 'ingest', 'worker', 4],
]

/** Fills an empty database with two organizations. `traffic` adds colleagues. */
export function seed(db: Database, { traffic }: { traffic: boolean }): void {
  const passwordHash = hashPassword(PASSWORD)
  const joinedAt = '2026-01-12T09:00:00.000Z'

  function addPeople(org: string, people: readonly Person[]) {
    for (const { joinedDaysAgo, ...person } of people) {
      const email = `${person.name.split(' ')[0]?.toLowerCase()}@${org}.test`
      const joined =
        joinedDaysAgo === undefined ? joinedAt : new Date(Date.now() - joinedDaysAgo * 86_400_000).toISOString()
      if (!db.member.get(person.id)) db.member.insert({ ...person, org, email, joinedAt: joined, passwordHash })
    }
  }

  db.transaction(() => {
    if (!db.organization.get('acme')) {
      addOrganization(db, { id: 'acme', name: 'Acme', balance: 12 })
      addOrganization(db, { id: 'umbrella', name: 'Umbrella', balance: 12 })
      addPeople('acme', ACME)
      addPeople('umbrella', [{ id: 'usr_eve', name: 'Eve Adler', title: 'Director', role: 'owner', picture: 'rose' }])
      addRecords(db, joinedAt)
    }
    if (traffic) addPeople('acme', COLLEAGUES)
  })
}

function addRecords(db: Database, createdAt: string) {
  const project = (org: string, id: string, name: string, description: string, region: string) =>
    db.project.insert({ id, org, name, description, region, status: 'active', createdAt })
  project('acme', 'prj_storefront', 'Storefront', 'Shop, search and emails.', 'eu-central')
  project('acme', 'prj_payments', 'Payments', 'Ledger and settlement.', 'eu-west')
  project('acme', 'prj_platform', 'Data platform', 'Warehouse and ingestion.', 'us-east')
  project('umbrella', 'prj_hive', 'Hive', 'Research.', 'us-east')

  for (const [projectId, name, kind, replicas] of SERVICES) {
    const image = `registry.acme.test/${name}:1.4.2`
    db.service.insert({
      id: createRecordId('svc'),
      org: 'acme',
      projectId,
      name,
      kind,
      image,
      replicas,
      status: 'running',
      environment: {},
    })
  }

  const jobs: readonly [name: string, runner: Row<'job'>['runner'], schedule: string][] = [
    ['Nightly backup', 'container', 'nightly'],
    ['Import customers', 'flaky', 'hourly'],
    ['Quarterly report', 'legacy', 'manual'],
  ]
  for (const [name, runner, schedule] of jobs) {
    db.job.insert({ id: createRecordId('job'), org: 'acme', name, runner, schedule, input: null, status: 'idle' })
  }

  for (const url of ['https://hooks.acme.test/deploys', 'https://status.acme.test/broken']) {
    db.webhook.insert({
      id: createRecordId('whk'),
      org: 'acme',
      url,
      events: ['generation.completed', 'generation.failed'],
      status: 'enabled',
      secret: `whsec_${createRecordId('seed')}`,
      failures: 0,
    })
  }
  db.domain.insert({ id: createRecordId('dom'), org: 'acme', name: 'app.acme.test', status: 'active' })
}

/** Adds an organization with a billing account and a subscription. */
export function addOrganization(
  db: Database,
  { id, name, balance }: { id: string; name: string; balance: number },
): void {
  const card = { brand: 'Visa', last4: '4242', declines: false }
  db.organization.insert({ id, org: id, name })
  db.account.insert({ id, org: id, company: null, billingEmail: null, card, balance, reserved: 0, alerts: null })
  db.subscription.insert({
    id: `sub_${id}`,
    org: id,
    plan: 'Pro',
    status: 'active',
    cancelAtPeriodEnd: false,
    items: [{ id: createRecordId('itm'), name: 'Seats', quantity: 3, price: 20 }],
  })
}
