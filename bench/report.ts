import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'

/** One line of a bench's table. */
export interface Row {
  readonly name: string
  /** Ours and the reference, with their units. */
  readonly ours: string
  readonly reference: string
  /** Ours over the reference, as the bar has it; null where there is nothing to compare with. */
  readonly ratio: number | null
  readonly bar: string
  /** Null where no bar is set. */
  readonly ok: boolean | null
}

/** Where and when a bench ran. */
export function machineOf(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
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

function verdict(ok: boolean | null): string {
  return ok === null ? '' : ok ? 'ok' : 'MISSED'
}

function cellsOf({ name, ours, reference, ratio, bar, ok }: Row): readonly string[] {
  return [name, ours, reference, ratio === null ? '' : ratio.toFixed(2), bar, verdict(ok)]
}

/** The table in Markdown, its columns as wide as their widest cell. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [['work', 'ours', 'reference', 'ratio', 'bar', ''], ...rows.map(cellsOf)]
  const widths = cells[0]?.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = cells
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

/** The value below which a part of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
}

export function perSecond(value: number, what: string): string {
  return `${Math.round(value).toLocaleString('en')} ${what}/s`
}
