import { readFileSync } from 'node:fs'
import pg from 'pg'
import { clean } from './seed/load.ts'
import { insertByHand } from './store/by-hand.ts'
const url = readFileSync('/tmp/bs/url', 'utf8').trim().replace('whodid_service', 'postgres')
const admin = new pg.Client({ connectionString: url }); await admin.connect()
const port = new URL(url).port
const q = async (s: string) => (await admin.query(s)).rows
const backendCpu = () => { // total cpu of all postgres children incl. dead
  const out = readFileSync('/proc/' + pm + '/stat', 'utf8').split(' '); return (Number(out[13]) + Number(out[14]) + Number(out[15]) + Number(out[16])) * 10 }
const pm = (await q("select pg_read_file('postmaster.pid') f"))[0].f.split('\n')[0]
const measure = async (name: string) => {
  await clean(url, 1000000)
  for (let i = 0; i < 2; i++) { await q('checkpoint'); const l0 = (await q('select pg_current_wal_lsn() l'))[0].l; const b = backendCpu(); const r = await insertByHand(url, { tenant: 'org_01', rows: 1000000, batches: 40, batchSize: 500 }); await new Promise((r) => setTimeout(r, 300))
  const w = (await q(`select pg_wal_lsn_diff(pg_current_wal_lsn(), '${l0}') d`))[0].d
  console.log(name, 'rows/s', Math.round(r), 'cpu µs/row', (backendCpu() - b) * 1000 / 20000, 'wal B/row', Math.round(w / 20000)) }
}
await measure('base')
if (process.argv[2] === 'all') {
await q("drop index whodid.events_text"); await measure('no gin')
await q("drop index whodid.events_category, whodid.events_lifecycle"); await measure('no gin, no category, lifecycle')
}

await admin.end()
