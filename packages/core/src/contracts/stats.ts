import type { Kind, Status } from '../event/event.ts'
import type { BoundedCount, FacetValue } from './store.ts'

/** A request for dashboard statistics. */
export interface StatsRequest {
  /** The IANA time zone of `hours`. */
  readonly timeZone: string
  /** Maximum number of actions, actors and resources each. */
  readonly limit: number
}

/** A value and its number of events. */
export interface Tally<T extends string = string> {
  readonly value: T
  readonly count: number
}

/** The events of one day. */
export interface DayTally {
  /** The day in UTC, such as `2026-11-20`. */
  readonly day: string
  readonly kinds: { readonly [kind in Kind]: number }
  readonly failures: number
}

/** A resource and its number of events. */
export interface ResourceTally {
  readonly type: string
  readonly id: string
  /** The most recent name. */
  readonly name: string | null
  readonly count: number
}

/** The statistics of a dashboard, under a filter. */
export interface Stats {
  /** The period in ISO 8601: `from` is inclusive, `to` is exclusive. */
  readonly from: string
  readonly to: string
  /** Exact when read from rollups. Counted to a limit when the filter has conditions that rollups do not cover. */
  readonly total: BoundedCount
  /** Days with events, oldest first. */
  readonly days: readonly DayTally[]
  /**
   * Events by hour of the week in the time zone: 168 numbers, Monday 00:00 first. Events are grouped by hour in UTC.
   * Covers all events when the filter excludes nothing but times and the category `audit`, otherwise the `ranked` events.
   */
  readonly hours: readonly number[]
  readonly actions: readonly Tally[]
  readonly categories: readonly Tally[]
  readonly kinds: readonly Tally<Kind>[]
  readonly statuses: readonly Tally<Status>[]
  /** The number of events, newest first, over which actors and resources were counted. */
  readonly ranked: BoundedCount
  readonly activeActors: BoundedCount
  readonly actors: readonly FacetValue[]
  /** Actors of the previous period of equal length without events in this one. `count` is from the previous period. */
  readonly inactiveActors: readonly FacetValue[]
  readonly resources: readonly ResourceTally[]
}
