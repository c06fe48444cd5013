import type { Server } from 'node:http'

export const FRAMEWORKS = ['express'] as const

export type Framework = (typeof FRAMEWORKS)[number]

/** The variants of each app, in the order of the table. */
export const VARIANTS = [
  'bare',
  'control',
  'context',
  'morgan',
  'pino',
  'winston',
  'metadata',
  'floor',
  'whodid',
  'annotated',
] as const

export type Variant = (typeof VARIANTS)[number]

/** Input of an app. */
export interface AppOptions {
  readonly variant: Variant
  /** URL of the stub, with a path for this variant. */
  readonly stubUrl: string
  /** Folder of log files. */
  readonly folder: string
}

/** An item that the app creates. */
export interface Item {
  readonly id: string
  readonly name: string
}

/** An app with `POST /items`. */
export interface App {
  readonly server: Server
  /** Returns the number of created items. */
  countItems(): number
  /** Delivers what is queued. */
  close(): Promise<void>
}
