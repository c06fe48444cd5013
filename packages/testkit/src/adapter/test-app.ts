import { createTrail, type Trail } from '@whodid/capture'
import { type CatalogData, defineCatalog, type FetchService, type NewEvent } from '@whodid/core'
import { ANSWERS } from './answers.ts'
import { createEchoService } from './echo-service.ts'
import { openConnection, type RawConnection } from './raw-connection.ts'
import { type AdapterSetup, Refusal, type ServeApp } from './serve-app.ts'
import { createTestWriter, type TestWriter } from './test-writer.ts'

/** A request, by default as Ada of Acme. */
interface CallOptions extends Omit<RequestInit, 'headers'> {
  readonly user?: string
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The app under test, with the events that it recorded. */
export interface TestApp extends AsyncDisposable {
  readonly url: string
  readonly writer: TestWriter
  /** Sends a request and reads the whole response. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>
  /** Opens a TCP connection to the app. */
  connect(): RawConnection
  /** Sets what `rename` waits for. */
  pauseRename(pause: (id: string) => Promise<void>): void
  /** Returns all events so far, once there are at least `count`. */
  events(count: number): Promise<readonly NewEvent[]>
}

/** Options for `startApp`. */
export interface AppOptions {
  /** True to declare `project.purged` with `onFailure: 'closed'`. @default false */
  readonly isFailClosed?: boolean
  /** @default the echo service */
  readonly service?: FetchService | Promise<FetchService>
}

/** The message of thrown errors, which no event may hold. */
export const SECRET = 'relation "secrets" does not exist'

const MARKER = 'marker'

export async function startApp(serve: ServeApp, options: AppOptions = {}): Promise<TestApp> {
  const writer = createTestWriter()
  const data: CatalogData = {
    project: {
      actions: {
        imported: { kind: 'create' },
        purged: { kind: 'delete', onFailure: options.isFailClosed === true ? 'closed' : 'open' },
      },
    },
    service: {},
  }
  const trail: Trail = createTrail({
    catalog: defineCatalog(data),
    to: writer,
    flushOnExit: false,
    onWarning: () => {},
  })
  let pause = (_id: string) => new Promise<void>((resolve) => setImmediate(resolve))
  const app = await serve({
    ...createSetup(trail, (id) => pause(id)),
    service: options.service ?? createEchoService(),
  })

  const call: TestApp['call'] = async (method, path, { user = 'ada', json, headers, ...init } = {}) => {
    const response = await fetch(`${app.url}${path}`, {
      method,
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...init,
      headers: { 'x-user': user, ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
    })
    return new Response(response.status === 204 ? null : await response.arrayBuffer(), response)
  }

  let marked = 0
  return {
    url: app.url,
    writer,
    call,
    connect: () => openConnection(app.url),
    pauseRename(next) {
      pause = next
    },
    async events(count) {
      // Events arrive in order, so the event of a later request proves that no earlier event is pending.
      marked += 1
      await call('POST', '/api/projects', { json: { name: MARKER } })
      const isMarker = (event: NewEvent) => event.resource.name === MARKER
      const isComplete = () =>
        writer.stored.filter(isMarker).length === marked && writer.stored.length >= count + marked
      while (!isComplete()) {
        const next = writer.waitForEvents()
        await trail.flush()
        if (!isComplete()) await next
      }
      await trail.flush()
      return writer.stored.filter((event) => !isMarker(event))
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await trail.close()
    },
  }
}

function createSetup(trail: Trail, pause: (id: string) => Promise<void>): Omit<AdapterSetup, 'service'> {
  return {
    trail,
    getActor: (user) => (user === undefined ? undefined : { id: user, name: user.toUpperCase() }),
    getTenant: (user) => (user === undefined ? undefined : 'acme'),
    async rename(id, name) {
      await pause(id)
      trail.annotate({ resource: { type: 'project', id }, before: { name: 'before' }, after: { name } })
      return { id, name }
    },
    importText(id, text) {
      void trail.record('project.imported', { resource: { id, name: text.slice(0, text.indexOf(' ')) } })
      trail.annotate({ metadata: { size: text.length } })
      return { id, size: text.length }
    },
    attach(filename) {
      trail.annotate({ metadata: { filename } })
    },
    explode(kind) {
      if (kind === 'text') throw SECRET
      if (kind === 'object') throw { reason: SECRET }
      throw new Error(SECRET)
    },
    refuse(kind) {
      if (kind === 'nothing') throw new Refusal(SECRET, 'teapot')
      if (kind === 'message') throw new Refusal('The pot is empty', { error: 'The pot is empty' })
      throw new Refusal(SECRET, { error: 'Short and stout' })
    },
    answers: ANSWERS,
  }
}
