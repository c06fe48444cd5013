import type { Filter, StoredEvent } from '@whodid/core'
import { forwardRef, lazy, useEffect } from 'react'
import { useActivityFilter } from '../filter/use-activity-filter.ts'
import { DeferredButton } from '../parts/controls/deferred-button.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { useActivityContext } from '../provider/context.ts'
import { ExportLabel } from './export-label.tsx'
import { type ExportOutcome, useExport } from './use-export.ts'

function loadMenu() {
  return import('./export-menu.tsx')
}

const ExportMenu = lazy(loadMenu)

/** How long the outcome of an export stays visible. */
const MESSAGE_DURATION_MS = 5_000

/** Props of `ActivityExport`. */
export interface ActivityExportProps {
  /** Selected events. @default none */
  readonly events?: readonly StoredEvent[] | undefined
  /** Filter for exporting all matching events. @default the shared filter */
  readonly filter?: Filter | undefined
  readonly className?: string | undefined
}

const NO_EVENTS: readonly StoredEvent[] = []

/**
 * Shows a menu that copies and exports the selected rows. Viewers with `export` can also export all matching events.
 *
 * @example
 * <ActivityExport events={table.selected} />
 */
export const ActivityExport = forwardRef<HTMLDivElement, ActivityExportProps>(function ActivityExport(props, ref) {
  const { events = NO_EVENTS, filter, className } = props
  const { messages, formats } = useActivityContext()
  const shared = useActivityFilter()
  const control = useExport({ events, filter: filter ?? shared.resolved })
  const root = useRootProps('whodid-export', className)
  const { outcome, dismiss } = control
  const text = outcome === null ? '' : getOutcomeText(outcome)

  function getOutcomeText(current: ExportOutcome): string {
    switch (current.type) {
      case 'nothing-selected':
        return ''
      case 'copied':
        return messages.copiedRows(current.count, formats.number(current.count))
      case 'exported':
        return messages.exportedRows(current.count, formats.number(current.count))
      case 'exporting':
        return messages.exporting
      case 'finished':
        return messages.exportDone
      case 'failed':
        return messages.exportFailed(current.reason)
    }
  }

  // Each new outcome restarts the timer.
  useEffect(() => {
    if (outcome === null || outcome.type === 'exporting' || outcome.type === 'nothing-selected') return
    const timer = setTimeout(dismiss, MESSAGE_DURATION_MS)
    return () => clearTimeout(timer)
  }, [outcome])

  return (
    <div ref={ref} {...root}>
      <bdi className="whodid-export-outcome" role="status" data-failed={outcome?.type === 'failed' ? '' : undefined}>
        {text}
      </bdi>
      <DeferredButton
        part={ExportMenu}
        load={loadMenu}
        props={{ control }}
        className="whodid-button"
        isActive={control.count > 0}
      >
        <ExportLabel count={control.count} />
      </DeferredButton>
    </div>
  )
})
