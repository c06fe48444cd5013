import type { BoundedCount, DayTally, FacetValue, Kind, ResourceTally, Stats, Tally } from '@whodid/core'
import { mask, merge } from './facets.ts'
import { isMasked } from './mask.ts'

const KINDS_OF_NONE: { readonly [kind in Kind]: number } = { create: 0, update: 0, delete: 0, other: 0 }

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function sumOf(counts: readonly BoundedCount[]): BoundedCount {
  return {
    value: sum(counts.map(({ value }) => value)),
    exact: counts.every(({ exact }) => exact),
  }
}

function tallies<T extends string>(lists: readonly (readonly Tally<T>[])[]): readonly Tally<T>[] {
  const counts = new Map<T, number>()
  for (const { value, count } of lists.flat()) counts.set(value, (counts.get(value) ?? 0) + count)
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}

function daysOf(lists: readonly (readonly DayTally[])[]): readonly DayTally[] {
  const days = new Map<string, DayTally>()
  for (const { day, kinds, failures } of lists.flat()) {
    const known = days.get(day) ?? { day, kinds: KINDS_OF_NONE, failures: 0 }
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
function activeIn(parts: readonly Stats[]): BoundedCount {
  const listed = new Set(parts.flatMap(({ actors }) => actors.map(({ value }) => value)))
  const all = parts.every(({ activeActors, actors }) => activeActors.exact && activeActors.value === actors.length)
  return { value: Math.max(listed.size, ...parts.map(({ activeActors }) => activeActors.value)), exact: all }
}

function joined(parts: readonly Stats[], limit: number): Stats {
  const actors = merge(
    parts.map((part) => part.actors),
    Number.POSITIVE_INFINITY,
  )
  const active = new Set(actors.map(({ value }) => value))
  const inactive = parts.map((part) => part.inactiveActors.filter(({ value }) => !active.has(value)))
  const periods = parts.flatMap(({ from, to }) => [from, to]).toSorted()
  return {
    from: periods.at(0) ?? '',
    to: periods.at(-1) ?? '',
    total: sumOf(parts.map(({ total }) => total)),
    days: daysOf(parts.map(({ days }) => days)),
    hours: Array.from({ length: 168 }, (_, hour) => sum(parts.map(({ hours }) => hours[hour] ?? 0))),
    actions: tallies(parts.map(({ actions }) => actions)).slice(0, limit),
    categories: tallies(parts.map(({ categories }) => categories)),
    kinds: tallies(parts.map(({ kinds }) => kinds)),
    statuses: tallies(parts.map(({ statuses }) => statuses)),
    ranked: sumOf(parts.map(({ ranked }) => ranked)),
    activeActors: activeIn(parts),
    actors: actors.slice(0, limit),
    inactiveActors: merge(inactive, limit),
    // A resource belongs to one tenant: another's with the same id is another.
    resources: parts
      .flatMap(({ resources }) => resources)
      .toSorted((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))
      .slice(0, limit),
  }
}

/** The numbers of several tenants as those of one, without what the viewer may not see. */
export function joinStats(parts: readonly Stats[], limit: number, masked: readonly string[]): Stats {
  const [first, ...others] = parts
  const stats = first && others.length === 0 ? first : joined(parts, limit)
  const hidden = (path: string) => isMasked(masked, path)
  const people = (values: readonly FacetValue[]) => mask(masked, 'actor', values)
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
