import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { PreparedEvent } from '@whodid/core'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { columns } from '../../packages/postgres/src/write/insert.ts'

/** The columns of a line, in order. */
export const COLUMNS = ['tenant_id', 'seq', 'digest', 'canonical', ...columns.map(([name]) => name)].join(', ')

const escapes: { readonly [char: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escaped(text: string) {
  return /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (char) => escapes[char] ?? '') : text
}

function bytea(bytes: Uint8Array) {
  return `\\\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}

/** An event as a line of COPY in text. */
export function lineOf(tenantId: string, seq: number, event: PreparedEvent): string {
  let line = `${tenantId}\t${seq}\t${bytea(event.digest)}\t${bytea(event.canonical)}`
  for (const [, , cellOf] of columns) {
    const cell = cellOf(event)
    line += `\t${cell === null ? '\\N' : escaped(cell)}`
  }
  return `${line}\n`
}

const CHUNK = 256 * 1024

/** Copies lines into a table. */
export async function copyInto(client: pg.Client, statement: string, lines: Iterable<string>): Promise<void> {
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
