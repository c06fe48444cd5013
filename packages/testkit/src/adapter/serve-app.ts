import type { Trail } from '@whodid/capture'
import type { FetchService } from '@whodid/core'
import type { Answers } from './answers.ts'

/** The parts from which an adapter's test builds its app. */
export interface AdapterSetup {
  readonly trail: Trail
  /** The service to mount at `/activity`, or a promise of it. Pass it on as it is. */
  readonly service: FetchService | Promise<FetchService>
  /** Returns the actor for a user. Pass it to the adapter as `actor`, with the user of the route's authentication if there is one, or else the header `x-user`. */
  readonly getActor: (user: string | undefined) => { readonly id: string; readonly name: string } | undefined
  /** Returns the tenant for a user. Pass it to the adapter as `tenant`, with the same user. */
  readonly getTenant: (user: string | undefined) => string | undefined
  /** Renames a project: waits and annotates the event. The PATCH handler calls it and responds with the result. */
  readonly rename: (id: string, name: string) => Promise<{ readonly id: string; readonly name: string }>
  /** Imports a text: records it and annotates the event. */
  readonly importText: (id: string, text: string) => { readonly id: string; readonly size: number }
  /** Annotates the event with the name of an uploaded file. */
  readonly attach: (filename: string) => void
  /** Throws what `?throw=` names: an error, `text`, or `object`. */
  readonly explode: (kind: string | undefined) => never
  /** Throws a {@link Refusal} with the answer that `?tell=` names. */
  readonly refuse: (kind: string | undefined) => never
  readonly answers: Answers
}

/** An error that the app's own error layer answers, with status 418 and `answer` as the body: an object as JSON, a string as plain text. */
export class Refusal extends Error {
  readonly answer: string | Readonly<Record<string, string>>
  constructor(message: string, answer: string | Readonly<Record<string, string>>) {
    super(message)
    this.answer = answer
  }
}

/** A running app. */
export interface ServedApp extends AsyncDisposable {
  /** `http://127.0.0.1:4711` */
  readonly url: string
}

/**
 * Starts the app of the suite on port 0, written in the framework's idiom. The adapter runs first. JSON bodies are parsed
 * after it, except where the table says that the handler reads the body; other bodies are left unread.
 *
 * | route | behavior |
 * |---|---|
 * | `POST /api/projects` | 201, `{ id: 'p1', name }` with the request's name, and `Location: /api/projects/p1` |
 * | `GET /api/projects/:id` | 200, `{ id }` |
 * | `PATCH /api/projects/:id` | 200 with what `rename(id, name)` resolves to |
 * | `DELETE /api/projects/:id` | 403, `{ error: 'Owners only' }` |
 * | `POST /api/projects/:id/archive` | 404, `{ error: 'No such project' }` |
 * | `POST /api/projects/:id/publish?throw=…` | calls `explode(…)` synchronously |
 * | `POST /api/projects/:id/deploy?throw=…` | the same, asynchronously |
 * | `POST /api/projects/:id/merge?tell=…` | calls `refuse(…)` |
 * | `POST /api/projects/:id/export` | 200, streams `one`, `two`, `three` in three parts |
 * | `POST /api/projects/:id/stall` | 200, sends `one` and never ends |
 * | `POST /api/projects/:id/import` | the handler reads the body of any type itself, in Node by `data` and `end` listeners. The last callback calls `importText(id, text)` and responds with the result |
 * | `POST /api/projects/:id/upload` | a multipart parser reads the body. Its callback for a file calls `attach(filename)`. Then 200, `{ id, size }` with the file's size |
 * | `POST /api/projects/:id/purge?as=…` | `answers.purged` |
 * | any method `/api/projects/:id/sync` | 200, `{ id }` |
 * | `POST /api/orgs/:orgId/projects/:projectId/services` | 201, `{ id: 's1', name: 'web' }`, from a router nested three levels deep |
 * | `POST /api/members` | an authentication of this route, which runs after the adapter, takes the user from `authorization: Bearer <user>`, or responds with 401, `{ error: 'Sign in first' }`. Then 201, `{ id: 'm1', name: 'Grace' }` |
 * | `POST /api/tasks?as=…` | `answers.task` |
 * | `DELETE /api/tasks/:id` | 204 without a body |
 * | `POST /api/notes?as=…` | `answers.note` |
 * | `/activity` | the service. `GET /activity/page` is a route of the app and responds with `page` |
 * | anything else | a catch-all route of the app: 404, `{ error: 'Nothing here' }` |
 *
 * The error layer responds to a `Refusal` as it says, and to anything else with 500 and no details. It stands outside of the
 * adapter where the framework has layers.
 *
 * `?as=` names how an answer is sent:
 *
 * | form | |
 * |---|---|
 * | none | by the framework's function for JSON |
 * | `text` | as a text with its content type |
 * | `head` | in Node, by `writeHead` with the headers and the status message `Custom`; with Fetch, by `new Response` |
 * | `pieces` | streamed as `answer.pieces`, each in its own turn of the event loop |
 * | `compressed` | as a text, compressed by a layer between the adapter and the handler as `Accept-Encoding` wishes |
 * | `foreign` | by the adapter of another framework, or by a handler that knows only Fetch |
 * | `twice` | as a text; then the status is set to 500 and the response is ended again |
 */
export type ServeApp = (setup: AdapterSetup) => Promise<ServedApp>
