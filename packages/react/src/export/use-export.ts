import { type Filter, filterToParams, type StoredEvent } from '@whodid/core/browser'
import { useState } from 'react'
import { useActivityContext } from '../provider/context.ts'
import { useViewer } from '../provider/use-service.ts'

/** What an export came to: to be said, and shown. */
export type ExportOutcome =
  | { readonly is: 'nothing-selected' }
  | { readonly is: 'copied' | 'exported'; readonly count: number }
  | { readonly is: 'exporting' | 'finished' }
  | { readonly is: 'failed'; readonly reason: string }

export type RowFormat = 'csv' | 'json'

const TYPES: { readonly [format in RowFormat]: string } = {
  csv: 'text/csv;charset=utf-8',
  json: 'application/json',
}

async function write(format: RowFormat, events: readonly StoredEvent[]): Promise<string> {
  const { writeRows } = await import('./serialize-events.ts')
  return writeRows(format, events)
}

/** Gives the browser a file to save. */
function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // Some browsers read the file only after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/**
 * Copies and exports: the events given, by the browser alone; and everything that matches a filter, by the service, for
 * viewers who may export.
 *
 * @param events the selected rows
 * @param filter what "everything" is
 */
export function useExport({ events, filter = {} }: { events: readonly StoredEvent[]; filter?: Filter | undefined }) {
  const { request, tenant } = useActivityContext()
  const { may } = useViewer()
  const [outcome, setOutcome] = useState<ExportOutcome | null>(null)

  const withRows = async (act: () => Promise<ExportOutcome> | ExportOutcome) => {
    if (events.length === 0) return setOutcome({ is: 'nothing-selected' })
    try {
      setOutcome(await act())
    } catch (error) {
      setOutcome({ is: 'failed', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  return {
    count: events.length,
    outcome,
    dismiss: () => setOutcome(null),
    /** Whether the viewer may export everything that matches. */
    mayExportAll: may('export'),
    /** Copies the selected rows to the clipboard. */
    copy: (format: RowFormat) =>
      withRows(async () => {
        await navigator.clipboard.writeText(await write(format, events))
        return { is: 'copied', count: events.length }
      }),
    /** Saves the selected rows as `activity.csv` or `activity.json`. */
    save: (format: RowFormat) =>
      withRows(async () => {
        download(new Blob([await write(format, events)], { type: TYPES[format] }), `activity.${format}`)
        return { is: 'exported', count: events.length }
      }),
    /** Saves everything that matches the filter. */
    async saveAll(format: RowFormat) {
      setOutcome({ is: 'exporting' })
      try {
        const params = filterToParams(filter)
        params.set('format', format)
        if (tenant !== undefined) params.set('tenant', tenant)
        const response = await request(`/api/v1/events/export?${params}`)
        if (!response.ok) throw new Error(await reasonOf(response))
        download(await response.blob(), `activity.${format}`)
        setOutcome({ is: 'finished' })
      } catch (error) {
        setOutcome({ is: 'failed', reason: error instanceof Error ? error.message : String(error) })
      }
    },
  }
}

/** What the service's problem details say, or the status where there are none. */
async function reasonOf(response: Response): Promise<string> {
  try {
    const problem: unknown = await response.json()
    if (typeof problem === 'object' && problem !== null && 'detail' in problem && typeof problem.detail === 'string') {
      return problem.detail
    }
  } catch {
    // Not JSON: the status has to do.
  }
  return `${response.status} ${response.statusText}`.trim()
}

/** What `useExport` gives. */
export type ExportControl = ReturnType<typeof useExport>
