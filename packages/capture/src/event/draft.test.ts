import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Draft, DraftList, isSameAction, mergeDrafts, toDraft } from './draft.ts'

const drafts = fc.array(
  fc
    .record({
      type: fc.constantFrom('project', 'service'),
      id: fc.constantFrom('1', '2'),
      action: fc.constantFrom(undefined, 'project.created', 'project.archived', 'project.deleted', 'service.deleted'),
      before: fc.constantFrom(undefined, { name: 'A' }),
      after: fc.constantFrom(undefined, { name: 'B' }),
    })
    .map(({ type, id, action, before, after }) =>
      toDraft({ action, resource: { type, id }, before, after }, undefined),
    ),
  { maxLength: 40 },
)

/** Merges `draft` into the first draft of the same action, with a linear search. */
function mergeInto(items: Draft[], draft: Draft, merge: (item: Draft) => Draft): boolean {
  const position = items.findIndex((item) => isSameAction(item, draft))
  const same = items[position]
  if (same === undefined) return false
  items[position] = merge(same)
  return true
}

test('DraftList merges rows like a linear search', () => {
  fc.assert(
    fc.property(drafts, (rows) => {
      const list = new DraftList<Draft>()
      const expected: Draft[] = []
      for (const row of rows) {
        const merge = (item: Draft) => mergeDrafts(item, row)
        const isMerged = mergeInto(expected, row, merge)
        if (!isMerged) expected.push(row)
        expect(list.update(row, merge)).toBe(isMerged)
        if (!isMerged) list.add(row)
      }
      expect(list.items).toEqual(expected)
    }),
    { numRuns: 2_000 },
  )
})

test('DraftList merges annotations into records like a linear search', () => {
  fc.assert(
    fc.property(drafts, drafts, (records, annotations) => {
      const list = new DraftList<Draft>()
      const expected = records.map((record) => ({ ...record, action: record.action ?? 'project.created' }))
      for (const record of expected) list.add(record)
      const items: Draft[] = [...expected]
      for (const annotation of annotations) {
        const merge = (item: Draft) => ({ ...mergeDrafts(annotation, item), action: item.action })
        expect(list.has(annotation)).toBe(items.some((item) => isSameAction(item, annotation)))
        expect(list.update(annotation, merge)).toBe(mergeInto(items, annotation, merge))
      }
      expect(list.items).toEqual(items)
    }),
    { numRuns: 2_000 },
  )
})
