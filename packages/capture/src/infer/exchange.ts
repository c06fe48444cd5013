/** A finished request, as far as an action can be read from it. */
export interface Exchange {
  readonly method: string
  /** The path as it was asked for, without a query. */
  readonly path: string
  /** The route's pattern with its full mount path; null when no route was matched. */
  readonly route: string | null
  readonly status: number
  readonly failed: boolean
  readonly requestBody: unknown
  readonly responseBody: unknown
  readonly location: string | undefined
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT'])

/** Whether a method changes nothing. */
export function isReading(method: string): boolean {
  return READS.has(method)
}
