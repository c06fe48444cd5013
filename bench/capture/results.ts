import { quantile, type ResultRow } from '../report.ts'
import { VARIANTS, type Variant } from './apps/app.ts'
import type { Round } from './measure.ts'

const NAMES: Readonly<Record<Variant, string>> = {
  bare: 'nothing',
  control: 'nothing, a second time',
  context: 'async context only',
  morgan: 'morgan, combined, to a file',
  pino: 'pino-http, to /dev/null',
  winston: 'winston (express-winston), to a file',
  metadata: 'by hand, without bodies',
  floor: 'by hand, with redacted request and response',
  whodid: 'whodid',
  annotated: 'whodid, with `before` and `after`',
}

const MAX_RATIO = 1.05

/** The recorders that whodid is compared with, apart from the floor. */
const OTHER_REFERENCES = [
  { variant: 'metadata', name: '– compared with by hand, without bodies', isTarget: false },
  { variant: 'winston', name: '– compared with winston', isTarget: true },
] as const

/** Returns the values of the rounds that have them all. */
function collect(rounds: readonly Round[], calculate: (get: (variant: Variant) => number) => number): number[] {
  return rounds.map((round) => calculate((variant) => round.get(variant) ?? Number.NaN)).filter(Number.isFinite)
}

function getMedian(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Returns what the variant adds to a request in each round. */
function getAdded(rounds: readonly Round[], variant: Variant): number[] {
  return collect(rounds, (get) => get(variant) - get('bare'))
}

/** Returns in each round how much the variant adds, divided by how much the reference adds. */
function getRatios(rounds: readonly Round[], variant: Variant, reference: Variant): number[] {
  return collect(rounds, (get) => (get(variant) - get('bare')) / (get(reference) - get('bare')))
}

function formatMicros(value: number): string {
  return `${value.toFixed(1)} µs`
}

function formatAdded(value: number): string {
  return `${value < 0 ? '−' : '+'}${formatMicros(Math.abs(value))}`
}

/** Columns of the table. */
export const COLUMNS = ['recorded with', 'CPU per request, added', 'reference adds', 'ratio', 'target', '']

/** Creates the rows: medians over the rounds, and ratios as medians of the ratios of each round. */
export function createRows(rounds: readonly Round[]): readonly ResultRow[] {
  const [first = new Map()] = rounds
  return VARIANTS.filter((variant) => first.has(variant)).flatMap((variant): readonly ResultRow[] => {
    const total = formatMicros(getMedian(collect(rounds, (get) => get(variant))))
    const row = { name: NAMES[variant], measured: total, reference: '', ratio: null, target: '', passed: null }
    if (variant === 'bare' || !first.has('bare')) return [row]
    const measured = `${total}, ${formatAdded(getMedian(getAdded(rounds, variant)))}`
    if (variant === 'floor' || !first.has('floor')) return [{ ...row, measured }]
    const compared = { ...row, measured, ...compare(rounds, variant, 'floor') }
    if (variant !== 'whodid') return [compared]
    return [
      { ...compared, target: `≤ ${MAX_RATIO}`, passed: compared.ratio <= MAX_RATIO },
      ...OTHER_REFERENCES.filter((reference) => first.has(reference.variant)).map((reference) => {
        const other = { ...row, name: reference.name, measured, ...compare(rounds, variant, reference.variant) }
        return reference.isTarget ? { ...other, target: '< 1', passed: other.ratio < 1 } : other
      }),
    ]
  })
}

function compare(rounds: readonly Round[], variant: Variant, reference: Variant) {
  return {
    reference: formatAdded(getMedian(getAdded(rounds, reference))),
    ratio: getMedian(getRatios(rounds, variant, reference)),
  }
}

/** Formats the spread of the main ratio between rounds. */
export function formatSpread(rounds: readonly Round[]): string {
  const ratios = getRatios(rounds, 'whodid', 'floor')
  const [low = Number.NaN, middle = Number.NaN, high = Number.NaN] = [0.25, 0.5, 0.75].map((each) =>
    quantile(ratios, each),
  )
  return `median ${middle.toFixed(2)}, middle half ${low.toFixed(2)} to ${high.toFixed(2)}`
}
