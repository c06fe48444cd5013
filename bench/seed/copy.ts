import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { PreparedEvent } from '@whodid/core'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { columns } from '../../packages/postgres/src/insert.ts'

/** The columns of a line, in order. */
export const COLUMNS = ['tenant_id', 'seq', ...columns.map(([name]) => name)].join(', ')

const escapes: { readonly [char: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escaped = (text: string) =>
  /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (char) => escapes[char] ?? '') : text
const bytea = (bytes: Uint8Array) =>
  `\\\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`

const cellOf = (cell: string | number | Uint8Array | null): string => {
  if (cell === null) return '\\N'
  if (typeof cell === 'string') return escaped(cell)
  return typeof cell === 'number' ? String(cell) : bytea(cell)
}

/** An event as a line of COPY in text. */
export const lineOf = (tenantId: string, seq: number, event: PreparedEvent): string => {
  let line = `${tenantId}\t${seq}`
  for (const [name, , cell] of columns)
    line += `\t${name === 'canonical' ? bytea(event.canonical) : cellOf(cell(event))}`
  return `${line}\n`
}

const CHUNK = 256 * 1024

/** Copies lines into a table. */
export const copyInto = async (client: pg.Client, statement: string, lines: Iterable<string>): Promise<void> => {
  const stream = client.query(copyFrom(statement))
  const done = finished(stream)
  let chunk = ''
  for (const line of lines) {
    chunk += line
    if (chunk.length < CHUNK) continue
    if (!stream.write(chunk)) await once(stream, 'drain')
    chunk = ''
  }
  stream.end(chunk)
  await done
}
