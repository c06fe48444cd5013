/** What an event may be at most. */
export const EVENT_LIMITS = {
  /** Bytes of the canonical form, and of the disclosures. */
  bytes: 65_535,
  /** Levels of nesting, the event itself being the first. */
  depth: 32,
  /** Milliseconds that an event may be ahead of the service's clock. */
  maxAheadMs: 300_000,
  /** Characters. */
  action: 128,
  id: 512,
  name: 1_024,
  email: 320,
  href: 2_048,
  description: 4_096,
  message: 4_096,
  /** Of the fields of a context. */
  context: 2_048,
  /** Of a key of `scope`, a type, a code. */
  identifier: 128,
  /** Levels of `scope`. */
  scope: 16,
  /** Changes of one event. */
  changes: 1_000,
} as const
