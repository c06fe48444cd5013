import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Kind, Severity } from '../event/event.ts'

/** When `record()` resolves: `buffered` once the event is queued, `durable` once the service has acknowledged it. */
export type Delivery = 'buffered' | 'durable'

/** One action of a resource. A string is short for `{ say }`. */
export interface ActionEntry {
  /** @default derived from the verb: `created` is `create`, `archived` is `update`, unknown verbs are `other` */
  readonly kind?: Kind
  /** The label of the action's badge. @default the verb in words, such as "Role changed" */
  readonly label?: string
  /** The sentence template. Paths such as `{resource.name}` or `{metadata.role}` are replaced; `{{` is a literal brace. */
  readonly say?: string
  /** The sentence template of a failed action. @default such as "Could not delete project Engine (403)" */
  readonly sayFailed?: string
  /** @default 'info' */
  readonly severity?: Severity
  /** @default 'buffered' */
  readonly delivery?: Delivery
  /** `closed` holds the response until the service has acknowledged the event. @default 'open' */
  readonly onFailure?: 'open' | 'closed'
  /** The name of an icon. @default chosen by verb, or else by kind */
  readonly icon?: string
  /** Former names of this action: `['project.removed']`. Stored events keep them and resolve to this action. */
  readonly aliases?: readonly string[]
  /** Metadata keys that hold personal data. Erasure removes their values. */
  readonly personal?: readonly string[]
}

/** One resource type and its actions. Every type has `created`, `updated` and `deleted` without declaring them. */
export interface ResourceEntry {
  /** The name of the type in the singular. @default the type in words, such as "API key" */
  readonly label?: string
  readonly icon?: string
  /** The group under which filters list this category. @default 'Other' */
  readonly group?: string
  /** The link template of the resource's page: `/projects/{resource.id}`. Values are URL-encoded. */
  readonly href?: string
  /** True when the names of these resources are personal data, such as a member's name. @default false */
  readonly personal?: boolean
  /** URL segments that mean this type, when its plural is irregular: `['media', 'medium']`. */
  readonly segments?: readonly string[]
  readonly actions?: { readonly [verb: string]: string | ActionEntry }
}

/** A catalog as the host declares it: plain data. */
export interface CatalogData {
  readonly [category: string]: ResourceEntry
}

type ImpliedVerb = 'created' | 'updated' | 'deleted'
type VerbName<R> = R extends { readonly actions?: infer A }
  ? Extract<keyof NonNullable<A>, string> | ImpliedVerb
  : ImpliedVerb

/** Every action of a catalog: `'project.created' | 'project.archived' | …`. */
export type ActionName<D extends CatalogData> = {
  [C in Extract<keyof D, string>]: `${C}.${VerbName<D[C]>}`
}[Extract<keyof D, string>]

/** Schemas for the metadata of actions: zod, or any library that implements Standard Schema. */
export type MetadataSchemas<D extends CatalogData> = { readonly [A in ActionName<D>]?: StandardSchemaV1 }

/** An action with all defaults resolved. */
export interface ResolvedAction {
  readonly name: string
  readonly category: string
  readonly verb: string
  readonly kind: Kind
  readonly label: string
  readonly say: string
  readonly sayFailed: string
  readonly severity: Severity
  readonly delivery: Delivery
  readonly onFailure: 'open' | 'closed'
  readonly icon: string | null
  readonly personal: readonly string[]
}

/** A resource type with all defaults resolved. */
export interface ResolvedResource {
  readonly type: string
  readonly label: string
  readonly icon: string | null
  readonly group: string
  readonly href: string | null
  readonly personal: boolean
  readonly segments: readonly string[]
}

/** A catalog as plain JSON, as the service sends it to the browser. */
export interface CatalogJson {
  readonly resources: readonly ResolvedResource[]
  readonly actions: readonly ResolvedAction[]
  readonly groups: readonly string[]
  /** Former action names, each with the current one. */
  readonly aliases: { readonly [alias: string]: string }
}

/** A declared catalog. Create it with `defineCatalog`. */
export interface Catalog<D extends CatalogData = CatalogData, M extends MetadataSchemas<D> = MetadataSchemas<D>> {
  readonly data: D
  readonly schemas: M
  /** The resolved catalog as plain JSON. */
  readonly json: CatalogJson
}
