import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { PreparedEvent } from '@whodid/core'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { columns } from '../../packages/postgres/src/write/insert.ts'

/** The columns of a COPY line, in order. */
export const COPY_COLUMNS = ['tenant_id', 'seq', 'digest', 'canonical', ...columns.map(([name]) => name)].join(', ')

const escapes: { readonly [char: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escapeText(text: string) {
  return /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (char) => escapes[char] ?? '') : text
}

function formatBytes(bytes: Uint8Array) {
  return `\\\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}

/** Formats an event as a line of COPY in text format. */
export function formatLine(tenantId: string, seq: number, event: PreparedEvent): string {
  let line = `${tenantId}\t${seq}\t${formatBytes(event.digest)}\t${formatBytes(event.canonical)}`
  for (const [, , getCell] of columns) {
    const cell = getCell(event)
    line += `\t${cell === null ? '\\N' : escapeText(cell)}`
  }
  return `${line}\n`
}

const CHUNK_BYTES = 256 * 1024

/** Runs COPY with the lines. */
export async function copyInto(client: pg.Client, statement: string, lines: Iterable<string>): Promise<void> {
  const stream = client.query(copyFrom(statement))
  const done = finished(stream)
  let chunk = ''
  for (const line of lines) {
    chunk += line
    if (chunk.length < CHUNK_BYTES) continue
    if (!stream.write(chunk)) await once(stream, 'drain')
    chunk = ''
  }
  stream.end(chunk)
  await done
}
