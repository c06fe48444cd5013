import { type CatalogJson, KINDS, PERMISSIONS, SEVERITIES, type Viewer } from '@whodid/core'
import { z } from 'zod'

export const viewerOutput: z.ZodType<Pick<Viewer, 'id' | 'name' | 'tenants' | 'permissions'>> = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    tenants: z.array(z.string()),
    permissions: z.array(z.enum(PERMISSIONS)),
  })
  .meta({ id: 'Viewer' })

export const catalogOutput: z.ZodType<CatalogJson> = z
  .strictObject({
    resources: z.array(
      z.strictObject({
        type: z.string(),
        label: z.string(),
        icon: z.string().nullable(),
        group: z.string(),
        href: z.string().nullable().describe('The template of links to resources of this type.'),
        personal: z.boolean().describe('True when the names of these resources are personal data.'),
        segments: z.array(z.string()).describe('The names of this type in URLs.'),
      }),
    ),
    actions: z.array(
      z.strictObject({
        name: z.string().describe('The action, such as project.updated.'),
        category: z.string(),
        verb: z.string(),
        kind: z.enum(KINDS),
        label: z.string(),
        say: z.string().describe('The template of its sentence.'),
        sayFailed: z.string().describe('The template of its sentence when it fails.'),
        severity: z.enum(SEVERITIES),
        delivery: z.enum(['buffered', 'durable']),
        onFailure: z.enum(['open', 'closed']),
        icon: z.string().nullable(),
        personal: z.array(z.string()).describe('The metadata paths with personal data.'),
      }),
    ),
    groups: z.array(z.string()),
    aliases: z.record(z.string(), z.string()).describe('The current name of each retired action.'),
  })
  .meta({ id: 'Catalog' })

export const routesStoredOutput = z
  .strictObject({
    stored: z.int().describe('The number of routes that are stored.'),
    ignored: z.int().describe('The number of new routes that are not stored, because the limit is reached.'),
  })
  .meta({ id: 'RoutesStored' })

export const healthOutput = z
  .strictObject({
    status: z.literal('ok'),
    durability: z
      .enum(['fsync', 'process-crash', 'memory'])
      .describe(
        'What acknowledged events survive. fsync: a power failure. process-crash: a crash of the process. memory: neither.',
      ),
  })
  .meta({ id: 'Health' })
