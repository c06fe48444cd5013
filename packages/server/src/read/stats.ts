import type { BoundedCount, DayTally, FacetValue, Kind, ResourceTally, Stats, Tally } from '@whodid/core'
import { maskFacetValues, mergeFacetValues } from './facets.ts'
import { isMasked } from './mask.ts'

const NO_KINDS: { readonly [kind in Kind]: number } = { create: 0, update: 0, delete: 0, other: 0 }

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function sumCounts(counts: readonly BoundedCount[]): BoundedCount {
  return {
    value: sum(counts.map(({ value }) => value)),
    exact: counts.every(({ exact }) => exact),
  }
}

function mergeTallies<T extends string>(lists: readonly (readonly Tally<T>[])[]): readonly Tally<T>[] {
  const counts = new Map<T, number>()
  for (const { value, count } of lists.flat()) counts.set(value, (counts.get(value) ?? 0) + count)
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}

function mergeDays(lists: readonly (readonly DayTally[])[]): readonly DayTally[] {
  const days = new Map<string, DayTally>()
  for (const { day, kinds, failures } of lists.flat()) {
    const existing = days.get(day) ?? { day, kinds: NO_KINDS, failures: 0 }
    days.set(day, {
      day,
      kinds: {
        create: existing.kinds.create + kinds.create,
        update: existing.kinds.update + kinds.update,
        delete: existing.kinds.delete + kinds.delete,
        other: existing.kinds.other + kinds.other,
      },
      failures: existing.failures + failures,
    })
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
}

/**
 * Counts the active actors of several tenants. The count is exact when each tenant lists all of its actors, so that an actor of two
 * tenants is counted once.
 */
function countActiveActors(parts: readonly Stats[]): BoundedCount {
  const listed = new Set(parts.flatMap(({ actors }) => actors.map(({ value }) => value)))
  const exact = parts.every(({ activeActors, actors }) => activeActors.exact && activeActors.value === actors.length)
  return { value: Math.max(listed.size, ...parts.map(({ activeActors }) => activeActors.value)), exact }
}

function combineStats(parts: readonly Stats[], limit: number): Stats {
  const actors = mergeFacetValues(
    parts.map((part) => part.actors),
    Number.POSITIVE_INFINITY,
  )
  const active = new Set(actors.map(({ value }) => value))
  const inactive = parts.map((part) => part.inactiveActors.filter(({ value }) => !active.has(value)))
  const periods = parts.flatMap(({ from, to }) => [from, to]).toSorted()
  return {
    from: periods.at(0) ?? '',
    to: periods.at(-1) ?? '',
    total: sumCounts(parts.map(({ total }) => total)),
    days: mergeDays(parts.map(({ days }) => days)),
    hours: Array.from({ length: 168 }, (_, hour) => sum(parts.map(({ hours }) => hours[hour] ?? 0))),
    actions: mergeTallies(parts.map(({ actions }) => actions)).slice(0, limit),
    categories: mergeTallies(parts.map(({ categories }) => categories)),
    kinds: mergeTallies(parts.map(({ kinds }) => kinds)),
    statuses: mergeTallies(parts.map(({ statuses }) => statuses)),
    ranked: sumCounts(parts.map(({ ranked }) => ranked)),
    activeActors: countActiveActors(parts),
    actors: actors.slice(0, limit),
    inactiveActors: mergeFacetValues(inactive, limit),
    // Not merged by id: resources of different tenants are different resources.
    resources: parts
      .flatMap(({ resources }) => resources)
      .toSorted((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))
      .slice(0, limit),
  }
}

/** Merges the statistics of several tenants and removes masked fields. */
export function mergeStats(parts: readonly Stats[], limit: number, masked: readonly string[]): Stats {
  const [first, ...others] = parts
  const stats = first && others.length === 0 ? first : combineStats(parts, limit)
  const isHidden = (path: string) => isMasked(masked, path)
  const maskActors = (values: readonly FacetValue[]) => maskFacetValues(masked, 'actor', values)
  const maskResource = (tally: ResourceTally) => (isHidden('resource.name') ? { ...tally, name: null } : tally)
  return {
    ...stats,
    actions: isHidden('action') ? [] : stats.actions,
    categories: isHidden('category') ? [] : stats.categories,
    actors: maskActors(stats.actors),
    inactiveActors: maskActors(stats.inactiveActors),
    resources: isHidden('resource.id') ? [] : stats.resources.map(maskResource),
  }
}
