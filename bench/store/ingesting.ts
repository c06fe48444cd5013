import { fork } from 'node:child_process'
import { join } from 'node:path'
import { ms, perSecond, quantile, type Row } from '../report.ts'
import { BIG_TENANT, TENANTS } from '../seed/plan.ts'
import { insertByHand } from './by-hand.ts'
import { heard, type RunningService } from './running.ts'
import type { SendOrder, SendReport } from './sender.ts'

function isReport(message: unknown): message is SendReport {
  return typeof message === 'object' && message !== null && 'seconds' in message && 'lastName' in message
}

async function sendAll(order: SendOrder): Promise<SendReport> {
  const child = fork(join(import.meta.dirname, 'sender.ts'), [JSON.stringify(order)], {
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  await heard(child)
  child.send('go')
  const report = await heard(child)
  if (!isReport(report)) throw new Error('The sender did not say what it sent.')
  return report
}

const BATCH = 500

/** Events over HTTP until they are sealed and can be searched for, to one tenant, which is the hardest, and to twenty. */
export async function ingesting(
  service: RunningService,
  {
    url,
    rows,
    batches,
    barred,
  }: { readonly url: string | null; readonly rows: number; readonly batches: number; readonly barred: boolean },
): Promise<readonly Row[]> {
  const order = { port: service.port, tenants: [BIG_TENANT], batchSize: BATCH, connections: 4, rows }
  await sendAll({ ...order, batches: 20, seed: 900 })
  const before = await service.usage()
  const ours = await sendAll({ ...order, batches, seed: 901 })
  const after = await service.usage()
  const { text } = await service.timed(BIG_TENANT, `/api/v1/events?q=${ours.lastName}`)
  const isFound = JSON.parse(text).items.length === 1
  if (!isFound) throw new Error(`What was acknowledged last cannot be found: ${ours.lastName}.`)
  const spread = await sendAll({ ...order, tenants: TENANTS, batches, seed: 902 })
  const rate = ours.events / ours.seconds
  const reference =
    url === null
      ? Number.NaN
      : await insertByHand(url, { tenant: BIG_TENANT, rows, batches: Math.min(batches, 100), batchSize: BATCH })
  const ratio = url === null ? null : rate / reference
  const cpu = ((after.cpu - before.cpu) * 1000) / ours.events
  return [
    {
      name: `ingest until sealed and searchable, batches of ${BATCH} of one tenant (${cpu.toFixed(0)} µs CPU of the service an event)`,
      ours: perSecond(rate, 'events'),
      reference: url === null ? '' : perSecond(reference, 'events'),
      ratio,
      // Events a second depend on the machine, so the bar is the ratio, and the figure a guide.
      bar: barred ? '≥ 0.6 (guide: 8,000 events/s)' : '',
      ok: barred ? ratio !== null && ratio >= 0.6 : null,
    },
    {
      name: '– p50 and p99 of a batch',
      ours: `${ms(quantile(ours.latencies, 0.5))}, ${ms(quantile(ours.latencies, 0.99))}`,
      reference: '',
      ratio: null,
      bar: '',
      ok: null,
    },
    {
      name: `– batches of ${BATCH} of twenty tenants in turn`,
      ours: perSecond(spread.events / spread.seconds, 'events'),
      reference: '',
      ratio: null,
      bar: '',
      ok: null,
    },
  ]
}
