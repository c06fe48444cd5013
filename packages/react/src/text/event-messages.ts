/** Names of an event's fields and values. */
export interface EventMessages {
  name: string
  action: string
  actionKey: string
  description: string
  time: string
  user: string
  status: string
  resourceType: string
  category: string
  group: string
  kind: string
  project: string
  channel: string
  severity: string
  resource: string
  failed: string
  failedAction(action: string): string
  succeeded: string
  kinds: { create: string; update: string; delete: string; other: string }
  severities: { info: string; warning: string; critical: string }
  channels: { ui: string; api: string; system: string }
  actorTypes: { user: string; system: string; api_key: string; service: string; agent: string }
  /** Name of an actor whose personal data was erased. */
  formerUser: string
  inScope(name: string): string
  deleted: string
  deletedReason(type: string): string
}
