import { describe, test } from 'vitest'
import { defineBodyCases } from './bodies.ts'
import { defineConcurrencyCases } from './concurrency.ts'
import { defineFailClosedCases } from './fail-closed.ts'
import { defineMountCases } from './mount.ts'
import { defineOutcomeCases } from './outcomes.ts'
import { defineRequestCases } from './requests.ts'
import { defineResponseCases } from './responses.ts'
import type { ServeApp } from './serve-app.ts'
import { type AppOptions, startApp, type TestApp } from './test-app.ts'

/** Options for `testAdapter`. */
export interface AdapterTestOptions {
  /** Cases that the framework makes impossible, with the reason. They are skipped. */
  readonly impossible?: Readonly<Record<string, string>>
}

/** Adds a case to the suite. Each case has an app of its own. */
export type DefineCase = (name: string, run: (app: TestApp) => Promise<void>, options?: AppOptions) => void

/**
 * Runs the conformance suite of adapters against a real server: the same requests record the same events in every framework.
 *
 * @example
 * testAdapter('Express 5', async ({ trail, service, getActor, getTenant, rename }) => { … })
 * testAdapter('Next 16', serve, { impossible: { 'records unusual methods that change something': 'Its routes have no LOCK.' } })
 */
export function testAdapter(name: string, serve: ServeApp, { impossible = {} }: AdapterTestOptions = {}): void {
  const unknown = new Set(Object.keys(impossible))
  const define: DefineCase = (title, run, options) => {
    unknown.delete(title)
    const reason = impossible[title]
    if (reason !== undefined) test.skip(`${title} (impossible: ${reason})`)
    else
      test(title, async () => {
        await using app = await startApp(serve, options)
        await run(app)
      })
  }
  describe(`adapter: ${name}`, () => {
    defineRequestCases(define)
    defineOutcomeCases(define)
    defineBodyCases(define)
    defineResponseCases(define)
    defineFailClosedCases(define)
    defineConcurrencyCases(define)
    defineMountCases(define)
    if (unknown.size > 0)
      throw new Error(`The suite has no case ${JSON.stringify([...unknown][0])}: correct \`impossible\`.`)
  })
}
