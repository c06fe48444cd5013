import type { CardMessages } from '../card/card-messages.ts'
import type { DetailsMessages } from '../details/details-messages.ts'
import type { ExportMessages } from '../export/export-messages.ts'
import type { FeedMessages } from '../feed/feed-messages.ts'
import type { FilterMessages } from '../filter/filter-messages.ts'
import type { HistoryMessages } from '../history/history-messages.ts'
import type { TableMessages } from '../table/table-messages.ts'
import type { ToastsMessages } from '../toasts/toasts-messages.ts'
import { ENGLISH } from './english.ts'
import type { EventMessages } from './event-messages.ts'
import type { ListMessages } from './list-messages.ts'

/**
 * All texts of the kit. Pass a `Partial<Messages>` to the provider to change or translate some of them. Dates, numbers and
 * lists come from `Intl` by the provider's `locale`. Functions get a count both as a number, to choose the plural, and as
 * formatted text.
 */
export type Messages = ListMessages &
  EventMessages &
  FeedMessages &
  TableMessages &
  FilterMessages &
  DetailsMessages &
  ExportMessages &
  CardMessages &
  HistoryMessages &
  ToastsMessages

/** Merges custom texts over the English defaults. */
export function mergeMessages(custom: Partial<Messages> | undefined): Messages {
  return custom === undefined ? ENGLISH : { ...ENGLISH, ...custom }
}
