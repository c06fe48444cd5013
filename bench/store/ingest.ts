import { fork } from 'node:child_process'
import { join } from 'node:path'
import { nextMessage } from '../child.ts'
import { formatMs, formatRate, quantile, type ResultRow } from '../report.ts'
import { BIG_TENANT, TENANTS } from '../seed/plan.ts'
import type { SendJob, SendReport } from './sender.ts'
import type { RunningService } from './service-process.ts'
import { measureSqlInsert } from './sql-insert.ts'

function isReport(message: unknown): message is SendReport {
  return typeof message === 'object' && message !== null && 'seconds' in message && 'lastName' in message
}

async function sendAll(job: SendJob): Promise<SendReport> {
  const child = fork(join(import.meta.dirname, 'sender.ts'), [JSON.stringify(job)], {
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  await nextMessage(child)
  child.send('go')
  const report = await nextMessage(child)
  if (!isReport(report)) throw new Error('The sender returned no report.')
  return report
}

const BATCH_SIZE = 500

/** Measures ingestion over HTTP until events are sealed and searchable: for one tenant, the worst case, and for twenty. */
export async function benchIngest(
  service: RunningService,
  {
    url,
    rows,
    batches,
    hasTargets,
  }: { readonly url: string | null; readonly rows: number; readonly batches: number; readonly hasTargets: boolean },
): Promise<readonly ResultRow[]> {
  const job = { port: service.port, tenants: [BIG_TENANT], batchSize: BATCH_SIZE, connections: 4, rows }
  await sendAll({ ...job, batches: 20, seed: 900 })
  const before = await service.usage()
  const measured = await sendAll({ ...job, batches, seed: 901 })
  const after = await service.usage()
  const { text } = await service.timed(BIG_TENANT, `/api/v1/events?q=${measured.lastName}`)
  const isFound = JSON.parse(text).items.length === 1
  if (!isFound) throw new Error(`The last acknowledged event cannot be found: ${measured.lastName}.`)
  const spread = await sendAll({ ...job, tenants: TENANTS, batches, seed: 902 })
  const rate = measured.events / measured.seconds
  const reference =
    url === null
      ? Number.NaN
      : await measureSqlInsert(url, {
          tenant: BIG_TENANT,
          rows,
          batches: Math.min(batches, 100),
          batchSize: BATCH_SIZE,
        })
  const ratio = url === null ? null : rate / reference
  const cpu = ((after.cpuMs - before.cpuMs) * 1000) / measured.events
  return [
    {
      name: `ingest, batches of ${BATCH_SIZE} of one tenant (${cpu.toFixed(0)} µs service CPU per event)`,
      measured: formatRate(rate, 'events'),
      reference: url === null ? '' : formatRate(reference, 'events'),
      ratio,
      // The target is the ratio, because events per second depend on the machine.
      target: hasTargets ? '≥ 0.6 (guide: 8,000 events/s)' : '',
      passed: hasTargets ? ratio !== null && ratio >= 0.6 : null,
    },
    {
      name: '– batch latency: p50, p99',
      measured: `${formatMs(quantile(measured.latencies, 0.5))}, ${formatMs(quantile(measured.latencies, 0.99))}`,
      reference: '',
      ratio: null,
      target: '',
      passed: null,
    },
    {
      name: `– batches of ${BATCH_SIZE} of twenty tenants in turn`,
      measured: formatRate(spread.events / spread.seconds, 'events'),
      reference: '',
      ratio: null,
      target: '',
      passed: null,
    },
  ]
}
