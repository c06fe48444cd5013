import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'

const DEADLINE_MS = 20_000

/** Starts the app of the quick start, creates a project, and reads its event over REST. */
export async function checkQuickStart({ folder }, script, nodeOptions = []) {
  const app = spawn(process.execPath, [...nodeOptions, script], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  app.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const ended = once(app, 'exit')
  try {
    const [line] = await Promise.race([
      once(createInterface({ input: app.stdout }), 'line'),
      ended.then(([code]) => assert.fail(`The app ended with ${code}:\n${errors}`)),
    ])
    const url = `http://localhost:${/port: (\d+)/.exec(line)?.[1]}`
    const created = await fetch(`${url}/projects`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Engine' }),
    })
    assert.equal(created.status, 201)
    const [event] = await readEvents(url)
    assert.equal(event.description, 'Engine was created', errors)
    assert.equal(event.actor.name, 'Ada Lovelace')
  } finally {
    app.kill('SIGTERM')
    await ended
  }
}

/** Waits for the first events, which are stored in the background. */
async function readEvents(url) {
  for (const start = Date.now(); Date.now() - start < DEADLINE_MS; await setTimeout(100)) {
    const response = await fetch(`${url}/activity/api/v1/events`)
    assert.equal(response.status, 200)
    const { items } = await response.json()
    if (items.length > 0) return items
  }
  return assert.fail('No event was stored.')
}
