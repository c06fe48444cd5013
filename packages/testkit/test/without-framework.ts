// A program without a test framework: it must end by itself, and prints what it saw.
import { recordingTrail } from '../src/index.ts'
import { catalog } from './catalog.ts'

const start = performance.now()
const recorded = recordingTrail({ catalog, timeoutMs: 20 })
const startMs = performance.now() - start
void recorded.trail.record('project.created', { resource: { id: 'p1' } })
const { action } = await recorded.expectEvent('project.created', { resource: { id: 'p1' } })
const failure = await recorded.expectEvent('project.archived').then(
  () => 'none',
  (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
)
await recorded.clear()
await recorded.expectNoEvent()
process.stdout.write(
  JSON.stringify({
    startMs,
    recorded: action,
    failure,
    timers: process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name)),
    listeners: process.eventNames().filter((name) => /^SIG|beforeExit/.test(String(name))).length,
  }),
)
