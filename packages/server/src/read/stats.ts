import type { BoundedCount, DayTally, FacetValue, Kind, ResourceTally, Stats, Tally } from '@whodid/core'
import { maskFacetValues, mergeFacetValues } from './facets.ts'
import { isMasked } from './mask.ts'

const NO_KINDS: { readonly [kind in Kind]: number } = { create: 0, update: 0, delete: 0, other: 0 }

function addUp(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function sumCounts(counts: readonly BoundedCount[]): BoundedCount {
  return {
    value: addUp(counts.map(({ value }) => value)),
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
    const known = days.get(day) ?? { day, kinds: NO_KINDS, failures: 0 }
    days.set(day, {
      day,
      kinds: {
        create: known.kinds.create + kinds.create,
        update: known.kinds.update + kinds.update,
        delete: known.kinds.delete + kinds.delete,
        other: known.kinds.other + kinds.other,
      },
      failures: known.failures + failures,
    })
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
}

/** The people of several tenants. Exact when each tenant's are all listed, so that who is in two is known to be one. */
function countActiveActors(parts: readonly Stats[]): BoundedCount {
  const listed = new Set(parts.flatMap(({ actors }) => actors.map(({ value }) => value)))
  const all = parts.every(({ activeActors, actors }) => activeActors.exact && activeActors.value === actors.length)
  return { value: Math.max(listed.size, ...parts.map(({ activeActors }) => activeActors.value)), exact: all }
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
    hours: Array.from({ length: 168 }, (_, hour) => addUp(parts.map(({ hours }) => hours[hour] ?? 0))),
    actions: mergeTallies(parts.map(({ actions }) => actions)).slice(0, limit),
    categories: mergeTallies(parts.map(({ categories }) => categories)),
    kinds: mergeTallies(parts.map(({ kinds }) => kinds)),
    statuses: mergeTallies(parts.map(({ statuses }) => statuses)),
    ranked: sumCounts(parts.map(({ ranked }) => ranked)),
    activeActors: countActiveActors(parts),
    actors: actors.slice(0, limit),
    inactiveActors: mergeFacetValues(inactive, limit),
    // A resource belongs to one tenant: another's with the same id is another.
    resources: parts
      .flatMap(({ resources }) => resources)
      .toSorted((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))
      .slice(0, limit),
  }
}

/** The numbers of several tenants as those of one, without what the viewer may not see. */
export function mergeStats(parts: readonly Stats[], limit: number, masked: readonly string[]): Stats {
  const [first, ...others] = parts
  const stats = first && others.length === 0 ? first : combineStats(parts, limit)
  const hidden = (path: string) => isMasked(masked, path)
  const people = (values: readonly FacetValue[]) => maskFacetValues(masked, 'actor', values)
  const resource = (tally: ResourceTally) => (hidden('resource.name') ? { ...tally, name: null } : tally)
  return {
    ...stats,
    actions: hidden('action') ? [] : stats.actions,
    categories: hidden('category') ? [] : stats.categories,
    actors: people(stats.actors),
    inactiveActors: people(stats.inactiveActors),
    resources: hidden('resource.id') ? [] : stats.resources.map(resource),
  }
}
