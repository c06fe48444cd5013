import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url))

/** Runs a host in its own process. Prints the ids of delivered events as lines. */
function startHost(code: string, lingerMs = 60_000): ChildProcess {
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

async function waitForExit(child: ChildProcess, onLine: (line: string) => void = () => {}) {
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += String(chunk)
    onLine(text)
  })
  const [code, signal] = await once(child, 'close')
  return { lines: text.trim().split('\n'), code, signal }
}

test('SIGTERM delivers queued events, and still ends the process by its signal', async () => {
  const child = startHost(`record('one'); record('two'); console.log('ready'); setInterval(() => {}, 1_000)`)
  const { lines, signal } = await waitForExit(child, (text) => {
    if (text === 'ready\n') child.kill('SIGTERM')
  })
  expect([lines, signal]).toEqual([['ready', 'one', 'two'], 'SIGTERM'])
})

test('SIGTERM leaves the exit to a host with its own listener, and accepts events until it closes', async () => {
  const child = startHost(`
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
  const { lines, code } = await waitForExit(child, (text) => {
    if (text === 'ready\n') child.kill('SIGTERM')
  })
  expect([lines, code]).toEqual([['ready', 'one', 'late'], 7])
})

test('a script that runs out of work delivers events that wait for a retry', async () => {
  const child = startHost(
    `
    failures = 1
    trail.record('job.created', { resource: { id: 'one' } })
    process.on('exit', () => console.log('exit'))
  `,
    1,
  )
  expect(await waitForExit(child)).toEqual({ lines: ['one', 'exit'], code: 0, signal: null })
})
