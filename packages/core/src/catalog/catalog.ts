import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Kind, Severity } from '../event/event.ts'

/** How `record()` resolves: once in memory, or once the service has acknowledged. */
export type Delivery = 'buffered' | 'durable'

/** One action of a resource, in full. A string stands for `{ say }`. */
export interface ActionEntry {
  /** @default by the verb: `created` create, `updated` update, `deleted` delete, well-known verbs theirs, else `other` */
  readonly kind?: Kind
  /** Words for the action's badge. @default the verb, "Role changed" */
  readonly label?: string
  /** The sentence, with `{resource.name}`, `{metadata.role}`, `{actor.name}` and the like; `{{` is a brace. */
  readonly say?: string
  /** The sentence of a failed attempt. @default "Could not delete project Engine (403)" */
  readonly sayFailed?: string
  /** @default 'info' */
  readonly severity?: Severity
  /** @default 'buffered' */
  readonly delivery?: Delivery
  /** `closed` holds the response until the event is acknowledged. @default 'open' */
  readonly onFailure?: 'open' | 'closed'
  /** An icon name for this action. @default by the verb */
  readonly icon?: string
  /** Retired names that live on: `['project.removed']`. */
  readonly aliases?: readonly string[]
  /** Metadata keys that hold personal data. */
  readonly personal?: readonly string[]
}

/** One resource type with its actions. `created`, `updated` and `deleted` exist without being written down. */
export interface ResourceEntry {
  /** What people call it, in the singular. @default the type in words, "API key" */
  readonly label?: string
  readonly icon?: string
  /** The group of categories that filters offer. @default 'Other' */
  readonly group?: string
  /** Where the resource is to be seen: `/projects/{resource.id}`. Parts are URL-encoded. */
  readonly href?: string
  /** Whether names of these resources are personal data, as a member's is. @default false */
  readonly personal?: boolean
  /** The type in URLs, when the library's singular is wrong: `['media', 'medium']`. */
  readonly segments?: readonly string[]
  readonly actions?: { readonly [verb: string]: string | ActionEntry }
}

/** The catalog as the host writes it: plain data. */
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

/** Schemas for the metadata of actions: zod, or anything that speaks Standard Schema. */
export type MetadataSchemas<D extends CatalogData> = { readonly [A in ActionName<D>]?: StandardSchemaV1 }

/** An action with every default resolved. */
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

/** A resource type with every default resolved. */
export interface ResolvedResource {
  readonly type: string
  readonly label: string
  readonly icon: string | null
  readonly group: string
  readonly href: string | null
  readonly personal: boolean
  readonly segments: readonly string[]
}

/** The catalog as plain JSON, as the service hands it to the browser. */
export interface CatalogJson {
  readonly resources: readonly ResolvedResource[]
  readonly actions: readonly ResolvedAction[]
  readonly groups: readonly string[]
  readonly aliases: { readonly [retired: string]: string }
}

/** A host's declaration of resource types and actions, made by `defineCatalog`. */
export interface Catalog<D extends CatalogData = CatalogData, M extends MetadataSchemas<D> = MetadataSchemas<D>> {
  readonly data: D
  readonly schemas: M
  /** Everything resolved, as plain JSON. */
  readonly json: CatalogJson
}
