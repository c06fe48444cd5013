const DAY = /^\d{4}-\d{2}-\d{2}$/

function pad(value: number) {
  return String(value).padStart(2, '0')
}

function localDay(time: Date): string {
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`
}

/** Converts two days in the viewer's time zone to instants. The last day is included. */
export function toInstants(from: string, to: string): { readonly from?: string; readonly to?: string } {
  const toMidnight = (day: string, addDays: number) => {
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
    return new Date(year, month - 1, date + addDays).toISOString()
  }
  return {
    ...(DAY.test(from) && { from: toMidnight(from, 0) }),
    ...(DAY.test(to) && { to: toMidnight(to, 1) }),
  }
}

/** Converts instants to days in the viewer's time zone, for date inputs. Plain dates are returned unchanged. */
export function toDays(range: { readonly from?: string | undefined; readonly to?: string | undefined }): {
  readonly from: string
  readonly to: string
} {
  const toDay = (value: string | undefined, subtractMs: number) => {
    if (value === undefined) return ''
    if (DAY.test(value)) return value
    const time = new Date(Date.parse(value) - subtractMs)
    return Number.isNaN(time.getTime()) ? '' : localDay(time)
  }
  return { from: toDay(range.from, 0), to: toDay(range.to, 1) }
}
