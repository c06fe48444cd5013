import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url))

/** Runs a host in a process of its own; what its service gets is printed as lines. */
function host(code: string, lingerMs = 60_000): ChildProcess {
  const script = `
    import { createTrail } from ${JSON.stringify(entry)}
    import { defineCatalog } from '@whodid/core'
    const lingerMs = ${lingerMs}
    let failures = 0
    const append = async (events) => {
      if (failures-- > 0) throw new Error('down')
      await new Promise((resolve) => setTimeout(resolve, 20))
      for (const event of events) console.log(event.resource.id)
      return events.map(({ id }) => ({ id, outcome: 'stored', seq: 1, leafHash: '' }))
    }
    const trail = createTrail({ catalog: defineCatalog({ job: {} }), to: { append }, limits: { lingerMs }, onWarning() {} })
    const record = (id) => trail.record('job.created', { resource: { id } })
    ${code}
  `
  return spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function outcome(child: ChildProcess, onLine: (line: string) => void = () => {}) {
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += String(chunk)
    onLine(text)
  })
  const [code, signal] = await once(child, 'close')
  return { lines: text.trim().split('\n'), code, signal }
}

test('SIGTERM delivers what is queued, and still ends the process by its signal', async () => {
  const child = host(`record('one'); record('two'); console.log('ready'); setInterval(() => {}, 1_000)`)
  const { lines, signal } = await outcome(child, (text) => {
    if (text === 'ready\n') child.kill('SIGTERM')
  })
  expect([lines, signal]).toEqual([['ready', 'one', 'two'], 'SIGTERM'])
})

test('SIGTERM leaves the end to a host that listens itself, and takes events until it closes', async () => {
  const child = host(`
    record('one')
    process.on('SIGTERM', async () => {
      await new Promise((resolve) => setTimeout(resolve, 60))
      record('late')
      await trail.close()
      process.exit(7)
    })
    console.log('ready')
    setInterval(() => {}, 1_000)
  `)
  const { lines, code } = await outcome(child, (text) => {
    if (text === 'ready\n') child.kill('SIGTERM')
  })
  expect([lines, code]).toEqual([['ready', 'one', 'late'], 7])
})

test('a script that runs out of work does not leave events behind that wait for another try', async () => {
  const child = host(
    `
    failures = 1
    trail.record('job.created', { resource: { id: 'one' } })
    process.on('exit', () => console.log('exit'))
  `,
    1,
  )
  expect(await outcome(child)).toEqual({ lines: ['one', 'exit'], code: 0, signal: null })
})
