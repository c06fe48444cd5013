import { defineCatalog } from '@whodid/core'

/** The catalog of the stories. */
export const catalog = defineCatalog({
  project: {
    label: 'Project',
    icon: 'folder',
    group: 'Resources',
    href: '/projects/{resource.id}',
    actions: {
      created: '{resource.name} was created',
      archived: { kind: 'update', say: '{resource.name} was archived' },
      trashed: '{resource.name} was moved to the trash',
      restored: '{resource.name} was restored',
      cloned: '{resource.name} was cloned from {metadata.source}',
    },
  },
  dataset: {
    label: 'Dataset',
    icon: 'database',
    group: 'Uploads',
    href: '/datasets/{resource.id}',
    actions: {
      uploaded: '{resource.name} was uploaded',
      exported: '{resource.name} was exported as {metadata.format}',
    },
  },
  job: {
    label: 'Job',
    icon: 'rocket',
    group: 'Training',
    actions: {
      started: '{resource.name} started',
      completed: '{resource.name} completed',
      failed: { say: '{resource.name} failed', severity: 'warning' },
      canceled: '{resource.name} was canceled',
    },
  },
  membership: {
    label: 'Member',
    icon: 'users',
    group: 'Security',
    personal: true,
    actions: {
      joined: { kind: 'create', say: '{resource.name} joined' },
      role_changed: { kind: 'update', say: 'Member role changed to {metadata.role}', severity: 'critical' },
    },
  },
  api_key: {
    label: 'API key',
    icon: 'key',
    group: 'Security',
    actions: {
      created: 'API key "{resource.name}" ({metadata.prefix}) was created',
      revoked: { kind: 'delete', say: 'API key "{resource.name}" was revoked', severity: 'warning' },
    },
  },
  auth: {
    label: 'Sign-in',
    icon: 'shield',
    group: 'Security',
    actions: {
      signin: { say: '{actor.name} signed in', sayFailed: 'Sign-in failed for {metadata.email}: {metadata.reason}' },
    },
  },
  billing: {
    label: 'Billing',
    icon: 'credit-card',
    group: 'System',
    actions: { charged: 'Charged {metadata.credits} credits for {metadata.model}' },
  },
})
