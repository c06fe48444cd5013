import { PEOPLE, type Persona, STRANGER } from './personas.ts'
import { type Random, seededRandom } from './random.ts'

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; data: Record<string, unknown> }>

interface Browser {
  readonly player: Persona
  call: Call
  /** The same from somewhere else, signed out. */
  stranger: Call
  items(path: string): Promise<readonly { id: string; name?: string }[]>
}

/** What a simulated person may do next. Each is a few real requests to the demo itself. */
const TASKS: readonly [Task, ...Task[]] = [
  {
    weight: 6,
    async run({ call, items }, random) {
      const project = pickFrom(random, await items('/api/projects'))
      const service = project && pickFrom(random, await items(`/api/projects/${project.id}/services`))
      if (!service) return
      const image = `registry.acme.test/${service.name}:1.${random.whole(5, 30)}.${random.whole(0, 9)}`
      await call('POST', `/api/projects/${project.id}/services/${service.id}/deploy`, { image })
    },
  },
  {
    weight: 5,
    async run({ call }, random) {
      const model = random.pick(['bfl/flux-schnell', 'bfl/flux-schnell', 'bfl/flux-pro', 'acme/experimental-video'])
      await call('POST', '/api/generations', {
        model,
        prompt: random.pick(['A quiet harbour', 'A map of the moon', 'Our office as a comic']),
      })
    },
  },
  {
    weight: 3,
    async run({ call, items }, random) {
      const job = pickFrom(random, await items('/api/jobs'))
      if (job) await call('POST', `/api/jobs/${job.id}/run`)
    },
  },
  {
    weight: 2,
    async run({ call, items }, random) {
      const sketch = (await items('/api/projects')).find(({ name }) => name?.startsWith('Sketch'))
      if (sketch) {
        await call('DELETE', `/api/projects/${sketch.id}`)
        return
      }
      const name = `Sketch ${random.whole(100, 999)}`
      const { data } = await call('POST', '/api/projects', { name, description: 'Trying something.' })
      await call('POST', `/api/projects/${data.id}/services`, { name: 'web' })
      await call('POST', `/api/projects/${data.id}/archive`)
    },
  },
  {
    weight: 2,
    async run({ call, items }, random) {
      const project = pickFrom(random, await items('/api/projects'))
      if (project)
        await call('PATCH', `/api/projects/${project.id}`, {
          description: random.pick(['Under review.', 'In good shape.', 'Being rewritten.']),
        })
    },
  },
  {
    weight: 1,
    async run({ call, items }) {
      const [webhook] = await items('/api/webhooks')
      if (webhook) await call('POST', `/api/webhooks/${webhook.id}/test`)
    },
  },
  {
    weight: 1,
    async run({ player, stranger }) {
      await stranger('POST', '/api/login', { email: player.actor.email, password: 'not the password' })
    },
  },
  {
    weight: 1,
    async run({ call }) {
      await call('POST', '/api/billing/credits', { amount: 5 })
    },
  },
]

interface Task {
  readonly weight: number
  run(browser: Browser, random: Random): Promise<void>
}

function pickFrom<T>(random: Random, from: readonly T[]): T | undefined {
  return from[random.whole(0, Math.max(0, from.length - 1))]
}

/** Lets simulated people use the demo through real HTTP, one deed every few seconds, until the signal aborts. */
export async function simulateTraffic(origin: string, signal: AbortSignal): Promise<void> {
  const random = seededRandom(Date.now())
  const browsers = new Map<Persona, Browser>()
  while (!signal.aborted) {
    const player = random.pick(PEOPLE)
    try {
      const browser = browsers.get(player) ?? (await signIn(origin, player, signal))
      browsers.set(player, browser)
      await random.weighted(TASKS).run(browser, random)
    } catch (error) {
      if (!signal.aborted) console.error('Simulated traffic:', error)
    }
    await pause(random.whole(2_000, 6_000), signal)
  }
}

async function signIn(origin: string, player: Persona, signal: AbortSignal): Promise<Browser> {
  const call = createClient(origin, player, signal)
  await call('POST', '/api/login', { email: player.actor.email, password: 'demo' })
  return {
    player,
    call,
    stranger: createClient(origin, STRANGER, signal),
    async items(path) {
      const { data } = await call('GET', path)
      return Array.isArray(data.items) ? data.items : []
    },
  }
}

/** Requests as somebody's browser sends them, which keeps its cookie. */
function createClient(origin: string, { context }: Persona, signal: AbortSignal): Call {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': context.userAgent ?? '',
    'x-forwarded-for': context.ip ?? '',
  }
  return async (method, path, body) => {
    const response = await fetch(origin + path, {
      method,
      headers,
      signal,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0]
    if (cookie) headers.cookie = cookie
    return { status: response.status, data: text ? JSON.parse(text) : {} }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
