const DAY = /^\d{4}-\d{2}-\d{2}$/

function pad(value: number) {
  return String(value).padStart(2, '0')
}

function localDay(time: Date): string {
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`
}

/** The instants of a range of whole days where the viewer is; its last day is within. */
export function instantsOfDays(from: string, to: string): { readonly from?: string; readonly to?: string } {
  const midnight = (day: string, later: number) => {
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
    return new Date(year, month - 1, date + later).toISOString()
  }
  return {
    ...(DAY.test(from) && { from: midnight(from, 0) }),
    ...(DAY.test(to) && { to: midnight(to, 1) }),
  }
}

/** The days of a range where the viewer is, for a date input. A bare date is itself. */
export function daysOfInstants(range: { readonly from?: string | undefined; readonly to?: string | undefined }): {
  readonly from: string
  readonly to: string
} {
  const day = (value: string | undefined, earlier: number) => {
    if (value === undefined) return ''
    if (DAY.test(value)) return value
    const time = new Date(Date.parse(value) - earlier)
    return Number.isNaN(time.getTime()) ? '' : localDay(time)
  }
  return { from: day(range.from, 0), to: day(range.to, 1) }
}
