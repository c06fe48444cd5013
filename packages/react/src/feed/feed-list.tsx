import { useVirtualizer } from '@tanstack/react-virtual'
import type { StoredEvent } from '@whodid/core/browser'
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { sentenceOf } from '../events/describe.ts'
import { useRowKeys } from '../events/use-row-keys.ts'
import { NewPill } from '../parts/controls/new-pill.tsx'
import { present } from '../parts/states.ts'
import { useActivityContext } from '../provider/context.ts'
import { visibleText } from '../text/escapes.ts'
import { FeedRow } from './feed-row.tsx'
import type { useActivityFeed } from './use-activity-feed.ts'

const ROW_HEIGHT = 58
const DAY_HEIGHT = 34
/** How many rows before the end the next ones are asked for. */
const AHEAD = 12
/** How far from its head the list may be scrolled and still count as being there, in pixels. */
const HEAD = 24

/** The rows of a feed, of which only those in view are in the page. */
export function FeedList({
  feed,
  renderRow,
}: {
  feed: ReturnType<typeof useActivityFeed>
  renderRow: ((event: StoredEvent, row: ReactNode) => ReactNode) | undefined
}): ReactNode {
  const { rows, events, catalog, tab, selection, fresh, opened, mark, hasMore, loadMore, isLoadingMore, isStale } = feed
  const { messages, formats } = useActivityContext()
  const scroller = useRef<HTMLDivElement>(null)
  const focusAfterRender = useRef(false)

  // While somebody reads further down, rows that arrive at the head must not move what is read: they are counted instead.
  const [scrolled, setScrolled] = useState(false)
  const newest = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (!scrolled) newest.current = events[0]?.id
  }, [scrolled, events])
  const above = scrolled
    ? Math.max(
        0,
        events.findIndex(({ id }) => id === newest.current),
      )
    : 0

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => ROW_HEIGHT + (rows[index]?.day ? DAY_HEIGHT : 0),
    getItemKey: (index) => rows[index]?.event.id ?? index,
    overscan: 8,
    anchorTo: scrolled ? 'end' : 'start',
    onChange: ({ scrollOffset }) => setScrolled((scrollOffset ?? 0) > HEAD),
  })

  const archived = tab === 'archive'
  const onArchive = useCallback(
    (event: StoredEvent) => void mark(archived ? 'unarchive' : 'archive', [event.id]),
    [archived, mark],
  )
  const onSeen = useCallback((event: StoredEvent) => void mark(event.seen ? 'unseen' : 'seen', [event.id]), [mark])
  const onSelect = useCallback(
    (event: StoredEvent, range: boolean) => selection.toggle(event.id, { range }),
    [selection],
  )
  const focus = useCallback(
    (index: number) => {
      focusAfterRender.current = true
      virtual.scrollToIndex(index)
    },
    [virtual],
  )
  const keys = useRowKeys(
    events,
    { onOpen: opened.open, onSelect, onArchive, onSeen, onEscape: selection.size > 0 ? selection.clear : undefined },
    focus,
  )

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && last >= rows.length - AHEAD) loadMore()
  }, [hasMore, last, rows.length, loadMore])

  // The row may come into the page only after scrolling, so this waits for it, render by render.
  useEffect(() => {
    if (!focusAfterRender.current) return
    const row = scroller.current?.querySelector<HTMLElement>('article[tabindex="0"]')
    if (!row) return
    focusAfterRender.current = false
    row.focus({ preventScroll: true })
  })

  return (
    <>
      <NewPill count={above} onPress={() => virtual.scrollToOffset(0, { behavior: 'smooth' })} />
      <div ref={scroller} className="whodid-scroll" data-stale={present(isStale)}>
        <div
          role="feed"
          aria-label={messages.activity}
          aria-busy={isLoadingMore}
          className="whodid-feed-rows"
          style={{ blockSize: virtual.getTotalSize() }}
          onKeyDown={keys.onKeyDown}
        >
          {items.map((item) => {
            const row = rows[item.index]
            if (!row) return null
            const { event, day } = row
            const current = item.index === keys.current
            const drawn = (
              <FeedRow
                event={event}
                catalog={catalog}
                selected={selection.has(event.id)}
                current={current}
                fresh={fresh.has(event.id)}
                archived={archived}
                onOpen={opened.open}
                onSelect={onSelect}
                onSeen={onSeen}
                onArchive={onArchive}
              />
            )
            return (
              <article
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className="whodid-feed-item"
                style={{ transform: `translateY(${item.start}px)` }}
                // The feed pattern moves the focus from article to article.
                tabIndex={current ? 0 : -1}
                aria-posinset={item.index + 1}
                aria-setsize={hasMore ? -1 : rows.length}
                aria-label={visibleText(sentenceOf(catalog, event, formats.locale))}
                onFocus={() => keys.setCurrent(event.id)}
              >
                {day !== null && <h3 className="whodid-day">{day}</h3>}
                {renderRow ? renderRow(event, drawn) : drawn}
              </article>
            )
          })}
        </div>
        {!hasMore && (
          <p className="whodid-end">
            <bdi>{messages.endOfList}</bdi>
          </p>
        )}
      </div>
    </>
  )
}
