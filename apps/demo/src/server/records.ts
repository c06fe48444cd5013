import { z } from 'zod'

const ROLES = ['owner', 'admin', 'member'] as const
export const roleSchema = z.enum(ROLES)
export type Role = z.infer<typeof roleSchema>

const base = { id: z.string(), org: z.string() }
const lineItem = z.object({ id: z.string(), name: z.string(), quantity: z.number(), price: z.number() })
export type LineItem = z.infer<typeof lineItem>

/** The schemas of Acme Cloud's records, one per table. Every record belongs to an organization. */
export const SCHEMAS = {
  organization: z.object({ ...base, name: z.string() }),
  member: z.object({
    ...base,
    name: z.string(),
    email: z.string(),
    title: z.string(),
    role: roleSchema,
    picture: z.string(),
    joinedAt: z.string(),
    passwordHash: z.string(),
  }),
  session: z.object({ ...base, memberId: z.string(), expiresAt: z.number() }),
  passwordReset: z.object({ ...base, memberId: z.string(), expiresAt: z.number() }),
  project: z.object({
    ...base,
    name: z.string(),
    description: z.string(),
    region: z.string(),
    status: z.enum(['active', 'archived']),
    createdAt: z.string(),
  }),
  service: z.object({
    ...base,
    projectId: z.string(),
    name: z.string(),
    kind: z.enum(['web', 'worker', 'cron', 'database']),
    image: z.string(),
    replicas: z.number(),
    status: z.enum(['running', 'trashed']),
    environment: z.record(z.string(), z.string()),
  }),
  job: z.object({
    ...base,
    name: z.string(),
    runner: z.enum(['container', 'flaky', 'legacy']),
    schedule: z.string(),
    input: z.string().nullable(),
    status: z.enum(['idle', 'running', 'completed', 'failed', 'canceled']),
  }),
  generation: z.object({
    ...base,
    name: z.string(),
    prompt: z.string(),
    credits: z.number(),
    memberId: z.string().nullable(),
    status: z.enum(['pending', 'processing', 'succeeded', 'failed', 'canceled']),
    createdAt: z.string(),
  }),
  apiKey: z.object({
    ...base,
    name: z.string(),
    prefix: z.string(),
    role: roleSchema,
    status: z.enum(['active', 'revoked']),
    secretHash: z.string(),
    createdAt: z.string(),
  }),
  invitation: z.object({ ...base, email: z.string(), role: roleSchema, tokenHash: z.string(), invitedBy: z.string() }),
  webhook: z.object({
    ...base,
    url: z.string(),
    events: z.array(z.string()),
    status: z.enum(['enabled', 'disabled', 'quarantined']),
    secret: z.string(),
    failures: z.number(),
  }),
  domain: z.object({
    ...base,
    name: z.string(),
    status: z.enum(['created', 'pending', 'active', 'failed', 'removing']),
  }),
  account: z.object({
    ...base,
    company: z.string().nullable(),
    billingEmail: z.string().nullable(),
    card: z.object({ brand: z.string(), last4: z.string(), declines: z.boolean() }).nullable(),
    balance: z.number(),
    reserved: z.number(),
    alerts: z.object({ enabled: z.boolean(), thresholds: z.array(z.number()) }).nullable(),
  }),
  subscription: z.object({
    ...base,
    plan: z.enum(['Starter', 'Pro', 'Scale']),
    status: z.enum(['active', 'trialing', 'past_due', 'unpaid', 'paused', 'canceled']),
    cancelAtPeriodEnd: z.boolean(),
    items: z.array(lineItem),
  }),
  order: z.object({
    ...base,
    number: z.string(),
    status: z.enum(['open', 'paid', 'fulfilled', 'canceled']),
    items: z.array(lineItem),
    createdAt: z.string(),
  }),
  notification: z.object({
    ...base,
    memberId: z.string(),
    title: z.string(),
    body: z.string(),
    href: z.string(),
    status: z.enum(['unread', 'dismissed']),
    createdAt: z.string(),
  }),
  consent: z.object({
    ...base,
    choice: z.enum(['accepted', 'rejected', 'partial', 'withdrawn']),
    analytics: z.boolean(),
    marketing: z.boolean(),
  }),
  bugReport: z.object({
    ...base,
    title: z.string(),
    body: z.string(),
    reporter: z.string(),
    status: z.enum(['open', 'investigating', 'resolved']),
    createdAt: z.string(),
  }),
}

export type TableName = keyof typeof SCHEMAS
export type Row<T extends TableName> = z.infer<(typeof SCHEMAS)[T]>
export type Member = Row<'member'>
