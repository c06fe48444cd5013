import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'

/** One row of the results. */
export interface ResultRow {
  readonly name: string
  /** The measured value and the reference, with units. */
  readonly measured: string
  readonly reference: string
  /** The measured value divided by the reference, or null without a reference. */
  readonly ratio: number | null
  readonly target: string
  /** Null without a target. */
  readonly passed: boolean | null
}

/** The result of a bench, as `--json` prints it. */
export interface BenchResult {
  readonly bench: string
  readonly machine: Readonly<Record<string, string>>
  /** Headings of the table. @default those of a comparison with a reference */
  readonly columns?: readonly string[]
  readonly rows: readonly ResultRow[]
}

/** Describes the machine and the commit of a run. */
export function describeMachine(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    processor: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${release()}`,
    node: process.version,
    load: loadavg()
      .map((value) => value.toFixed(2))
      .join(' '),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    }).trim(),
    ...more,
  }
}

function formatVerdict(passed: boolean | null): string {
  return passed === null ? '' : passed ? 'ok' : 'MISSED'
}

function formatCells({ name, measured, reference, ratio, target, passed }: ResultRow): readonly string[] {
  return [name, measured, reference, ratio === null ? '' : ratio.toFixed(2), target, formatVerdict(passed)]
}

const COLUMNS = ['operation', 'whodid', 'reference', 'ratio', 'target', '']

/** Formats a Markdown table with aligned columns. */
export function formatTable(rows: readonly ResultRow[], columns: readonly string[] = COLUMNS): string {
  const cells = [columns, ...rows.map(formatCells)]
  const widths = cells[0]?.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = cells
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

/** Returns a quantile, such as 0.95. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * fraction) - 1)] ?? Number.NaN
}

export function formatMs(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
}

export function formatRate(value: number, unit: string): string {
  return `${Math.round(value).toLocaleString('en')} ${unit}/s`
}
