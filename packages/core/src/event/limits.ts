/** Maximum sizes of an event and its fields. */
export const EVENT_LIMITS = {
  /** Bytes of the canonical JSON, and of all disclosures together. */
  bytes: 65_535,
  /** Levels of nesting, including the event itself. */
  depth: 32,
  /** Milliseconds that `occurredAt` may be ahead of the service's clock. */
  maxAheadMs: 300_000,
  /** Characters of the field of this name. */
  action: 128,
  id: 512,
  name: 1_024,
  email: 320,
  href: 2_048,
  description: 4_096,
  message: 4_096,
  /** Characters of each field of `context`. */
  context: 2_048,
  /** Characters of a type, a code or a key of `scope`. */
  identifier: 128,
  /** Levels of `scope`. */
  scope: 16,
  /** Number of changes. */
  changes: 1_000,
} as const
