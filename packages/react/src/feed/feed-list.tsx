import { useVirtualizer } from '@tanstack/react-virtual'
import type { StoredEvent } from '@whodid/core'
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { getSentence } from '../events/describe.ts'
import { useRowKeys } from '../events/use-row-keys.ts'
import { NewPill } from '../parts/controls/new-pill.tsx'
import { toFlag } from '../parts/states.ts'
import { useActivityContext } from '../provider/context.ts'
import { toVisibleText } from '../text/escapes.ts'
import { FeedRow } from './feed-row.tsx'
import type { useActivityFeed } from './use-activity-feed.ts'

const ROW_HEIGHT_PX = 58
const DAY_HEIGHT_PX = 34
/** Rows before the end at which the next page is loaded. */
const PRELOAD_ROWS = 12
/** Offset from which the list counts as scrolled. */
const SCROLLED_AFTER_PX = 24

/** Renders the rows of a feed, virtualized. */
export function FeedList({
  feed,
  renderRow,
}: {
  feed: ReturnType<typeof useActivityFeed>
  renderRow: ((event: StoredEvent, row: ReactNode) => ReactNode) | undefined
}): ReactNode {
  const { rows, events, catalog, tab, selection, newIds, details, mark, hasMore, loadMore, isLoadingMore, isStale } =
    feed
  const { messages, formats } = useActivityContext()
  const scroller = useRef<HTMLDivElement>(null)
  const focusAfterRender = useRef(false)

  // While the viewer is scrolled down, new rows must not move the content. They are counted instead.
  const [isScrolled, setScrolled] = useState(false)
  const topId = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (!isScrolled) topId.current = events[0]?.id
  }, [isScrolled, events])
  const newAbove = isScrolled
    ? Math.max(
        0,
        events.findIndex(({ id }) => id === topId.current),
      )
    : 0

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => ROW_HEIGHT_PX + (rows[index]?.day ? DAY_HEIGHT_PX : 0),
    getItemKey: (index) => rows[index]?.event.id ?? index,
    overscan: 8,
    anchorTo: isScrolled ? 'end' : 'start',
    onChange: ({ scrollOffset }) => setScrolled((scrollOffset ?? 0) > SCROLLED_AFTER_PX),
  })

  const isArchive = tab === 'archive'
  const onArchive = useCallback(
    (event: StoredEvent) => void mark(isArchive ? 'unarchive' : 'archive', [event.id]),
    [isArchive, mark],
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
    { onOpen: details.open, onSelect, onArchive, onSeen, onEscape: selection.size > 0 ? selection.clear : undefined },
    focus,
  )

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && last >= rows.length - PRELOAD_ROWS) loadMore()
  }, [hasMore, last, rows.length, loadMore])

  // The row may render only after scrolling, so this runs after each render until it exists.
  useEffect(() => {
    if (!focusAfterRender.current) return
    const row = scroller.current?.querySelector<HTMLElement>('article[tabindex="0"]')
    if (!row) return
    focusAfterRender.current = false
    row.focus({ preventScroll: true })
  })

  return (
    <>
      <NewPill count={newAbove} onPress={() => virtual.scrollToOffset(0, { behavior: 'smooth' })} />
      <div ref={scroller} className="whodid-scroll" data-stale={toFlag(isStale)}>
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
            const isCurrent = item.index === keys.current
            const defaultRow = (
              <FeedRow
                event={event}
                catalog={catalog}
                isSelected={selection.has(event.id)}
                isCurrent={isCurrent}
                isNew={newIds.has(event.id)}
                isArchived={isArchive}
                onOpen={details.open}
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
                // The ARIA feed pattern moves focus between articles.
                tabIndex={isCurrent ? 0 : -1}
                aria-posinset={item.index + 1}
                aria-setsize={hasMore ? -1 : rows.length}
                aria-label={toVisibleText(getSentence(catalog, event, formats.locale))}
                onFocus={() => keys.setCurrent(event.id)}
              >
                {day !== null && <h3 className="whodid-day">{day}</h3>}
                {renderRow ? renderRow(event, defaultRow) : defaultRow}
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
