import type { Filter, StoredEvent } from '@whodid/core/browser'
import { forwardRef, lazy, useEffect } from 'react'
import { useActivityFilter } from '../filter/use-activity-filter.ts'
import { Deferred } from '../parts/controls/deferred-button.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { useActivityContext } from '../provider/context.ts'
import { ExportFace } from './export-label.tsx'
import { type ExportOutcome, useExport } from './use-export.ts'

function loadMenu() {
  return import('./export-menu.tsx')
}

const ExportMenu = lazy(loadMenu)

/** How long a word on an export stays, in milliseconds. */
const STAYS = 5_000

export interface ActivityExportProps {
  /** The selected rows. @default none */
  readonly events?: readonly StoredEvent[] | undefined
  /** What "everything that matches" is. @default the filter that the provider's components share */
  readonly filter?: Filter | undefined
  readonly className?: string | undefined
}

const NONE: readonly StoredEvent[] = []

/**
 * A menu that copies and exports the selected rows, and everything under the current filter for viewers who may export.
 *
 * @example
 * <ActivityExport events={table.selected} />
 */
export const ActivityExport = forwardRef<HTMLDivElement, ActivityExportProps>(function ActivityExport(props, ref) {
  const { events = NONE, filter, className } = props
  const { messages, formats } = useActivityContext()
  const shared = useActivityFilter()
  const control = useExport({ events, filter: filter ?? shared.resolved })
  const root = useRootProps('whodid-export', className)
  const { outcome, dismiss } = control
  const text = outcome === null ? '' : wordsOf(outcome)

  function wordsOf(of: ExportOutcome): string {
    switch (of.is) {
      case 'nothing-selected':
        return ''
      case 'copied':
        return messages.copiedRows(of.count, formats.number(of.count))
      case 'exported':
        return messages.exportedRows(of.count, formats.number(of.count))
      case 'exporting':
        return messages.exporting
      case 'finished':
        return messages.exportDone
      case 'failed':
        return messages.exportFailed(of.reason)
    }
  }

  // A new outcome starts the time again
  useEffect(() => {
    if (outcome === null || outcome.is === 'exporting' || outcome.is === 'nothing-selected') return
    const timer = setTimeout(dismiss, STAYS)
    return () => clearTimeout(timer)
  }, [outcome])

  return (
    <div ref={ref} {...root}>
      <bdi className="whodid-export-outcome" role="status" data-failed={outcome?.is === 'failed' ? '' : undefined}>
        {text}
      </bdi>
      <Deferred
        part={ExportMenu}
        load={loadMenu}
        props={{ control }}
        className="whodid-button"
        active={control.count > 0}
      >
        <ExportFace count={control.count} />
      </Deferred>
    </div>
  )
})
