/** A response that the app sends in the form that `?as=` names. */
export interface Answer {
  readonly status: number
  /** All headers but `Content-Type`, which is `application/json`. */
  readonly headers: Readonly<Record<string, string>>
  /** The body. */
  readonly json: string
  /** The body in three parts, the last two split within a character. */
  readonly pieces: readonly [string, Uint8Array, Uint8Array]
}

/** The answers of the app of the suite. */
export interface Answers {
  /** `POST /api/tasks`: the id and the name are in the body. */
  readonly task: Answer
  /** `POST /api/notes`: the name is in the body, and the id in `Location`. */
  readonly note: Answer
  /** `POST /api/projects/:id/purge`: with headers that must not arrive when the action is not recorded. */
  readonly purged: Answer
}

export const ANSWERS: Answers = {
  task: createAnswer(201, {}, { id: 't1', name: 'Café' }),
  note: createAnswer(201, { location: '/api/notes/n1' }, { name: 'Café' }),
  purged: createAnswer(
    200,
    {
      'set-cookie': 'session=secret',
      etag: 'W/"engine"',
      location: '/api/projects/p1',
      'x-custom': 'engine',
      'cache-control': 'max-age=60',
    },
    { id: 'p1', name: 'Café' },
  ),
}

function createAnswer(status: number, headers: Readonly<Record<string, string>>, body: object): Answer {
  const json = JSON.stringify(body)
  const start = json.slice(0, json.indexOf(':') + 1)
  const rest = new TextEncoder().encode(json.slice(start.length))
  const middle = rest.indexOf(0xc3) + 1
  return { status, headers, json, pieces: [start, rest.subarray(0, middle), rest.subarray(middle)] }
}
