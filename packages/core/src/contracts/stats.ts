import type { Kind, Status } from '../event/event.ts'
import type { BoundedCount, FacetValue } from './store.ts'

/** What to count for a dashboard. */
export interface StatsRequest {
  /** The time zone of `hours`, as IANA names it. */
  readonly timeZone: string
  /** How many actions, actors and resources are named each. */
  readonly limit: number
}

/** How often a value occurred. */
export interface Tally<T extends string = string> {
  readonly value: T
  readonly count: number
}

/** One day of a time line. */
export interface DayTally {
  /** Such as `2026-11-20`, in UTC. */
  readonly day: string
  readonly kinds: { readonly [kind in Kind]: number }
  readonly failures: number
}

/** A resource, and how many events were about it. */
export interface ResourceTally {
  readonly type: string
  readonly id: string
  /** The newest name. */
  readonly name: string | null
  readonly count: number
}

/** The numbers behind a dashboard, under a filter. */
export interface Stats {
  /** The period in ISO 8601, `from` inclusive and `to` exclusive. */
  readonly from: string
  readonly to: string
  /** Exact when it comes from the rollups; under a filter that they do not know, counted to a bound. */
  readonly total: BoundedCount
  /** Days with events, oldest first. */
  readonly days: readonly DayTally[]
  /**
   * Events by hour of the week in the time zone: 168 numbers, Monday 00:00 first. An event counts where its hour in UTC began.
   * All of them when nothing but time and the category audit is left out; else the `ranked` ones.
   */
  readonly hours: readonly number[]
  readonly actions: readonly Tally[]
  readonly categories: readonly Tally[]
  readonly kinds: readonly Tally<Kind>[]
  readonly statuses: readonly Tally<Status>[]
  /** Over how many of the newest events of the period actors and resources were counted. */
  readonly ranked: BoundedCount
  readonly activeActors: BoundedCount
  readonly actors: readonly FacetValue[]
  /** Actors of the period before, as long as this one, who did nothing in this one; `count` is what they did then. */
  readonly inactiveActors: readonly FacetValue[]
  readonly resources: readonly ResourceTally[]
}
