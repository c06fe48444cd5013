import type { Filter, StoredEvent } from '@whodid/core'
import { filterToParams } from '@whodid/core/browser'
import { useState } from 'react'
import { useActivityContext } from '../provider/context.ts'
import { useViewer } from '../provider/use-service.ts'

/** Outcome of an export, to show and announce. */
export type ExportOutcome =
  | { readonly type: 'nothing-selected' }
  | { readonly type: 'copied' | 'exported'; readonly count: number }
  | { readonly type: 'exporting' | 'finished' }
  | { readonly type: 'failed'; readonly reason: string }

/** Format of an export. */
export type RowFormat = 'csv' | 'json'

const MEDIA_TYPES: { readonly [format in RowFormat]: string } = {
  csv: 'text/csv;charset=utf-8',
  json: 'application/json',
}

async function loadAndSerialize(format: RowFormat, events: readonly StoredEvent[]): Promise<string> {
  const { serializeEvents } = await import('./serialize-events.ts')
  return serializeEvents(format, events)
}

/** Makes the browser save a file. */
function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // Some browsers read the file asynchronously.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/**
 * Returns functions that copy and export the selected events in the browser, and all matching events through the service.
 *
 * @param options.events - selected events
 * @param options.filter - filter of `saveAll`
 */
export function useExport({ events, filter = {} }: { events: readonly StoredEvent[]; filter?: Filter | undefined }) {
  const { request, tenant } = useActivityContext()
  const { can } = useViewer()
  const [outcome, setOutcome] = useState<ExportOutcome | null>(null)

  const runOnRows = async (action: () => Promise<ExportOutcome> | ExportOutcome) => {
    if (events.length === 0) return setOutcome({ type: 'nothing-selected' })
    try {
      setOutcome(await action())
    } catch (error) {
      setOutcome({ type: 'failed', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  return {
    count: events.length,
    outcome,
    dismiss: () => setOutcome(null),
    /** True if the viewer can export all matching events. */
    canExportAll: can('export'),
    /** Copies the selected rows to the clipboard. */
    copy: (format: RowFormat) =>
      runOnRows(async () => {
        await navigator.clipboard.writeText(await loadAndSerialize(format, events))
        return { type: 'copied', count: events.length }
      }),
    /** Saves the selected rows as `activity.csv` or `activity.json`. */
    save: (format: RowFormat) =>
      runOnRows(async () => {
        download(
          new Blob([await loadAndSerialize(format, events)], { type: MEDIA_TYPES[format] }),
          `activity.${format}`,
        )
        return { type: 'exported', count: events.length }
      }),
    /** Saves all events that match the filter. */
    async saveAll(format: RowFormat) {
      setOutcome({ type: 'exporting' })
      try {
        const params = filterToParams(filter)
        params.set('format', format)
        if (tenant !== undefined) params.set('tenant', tenant)
        const response = await request(`/api/v1/events/export?${params}`)
        if (!response.ok) throw new Error(await readProblemDetail(response))
        download(await response.blob(), `activity.${format}`)
        setOutcome({ type: 'finished' })
      } catch (error) {
        setOutcome({ type: 'failed', reason: error instanceof Error ? error.message : String(error) })
      }
    },
  }
}

/** Reads the `detail` of a problem response, or else its status. */
async function readProblemDetail(response: Response): Promise<string> {
  try {
    const problem: unknown = await response.json()
    if (typeof problem === 'object' && problem !== null && 'detail' in problem && typeof problem.detail === 'string') {
      return problem.detail
    }
  } catch {
    // Not JSON: fall back to the status.
  }
  return `${response.status} ${response.statusText}`.trim()
}

/** Result of `useExport`. */
export type ExportControl = ReturnType<typeof useExport>
