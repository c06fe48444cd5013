import { PEOPLE, type Persona, STRANGER } from './personas.ts'
import { createRandom, type Random } from './random.ts'

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; data: Record<string, unknown> }>

interface Browser {
  readonly persona: Persona
  call: Call
  /** Sends a request from another address, signed out. */
  stranger: Call
  items(path: string): Promise<readonly { id: string; name?: string }[]>
}

/** Tasks of simulated people. Each sends a few real requests to the demo. */
const TASKS: readonly [Task, ...Task[]] = [
  {
    weight: 6,
    async run({ call, items }, random) {
      const project = pickFrom(random, await items('/api/projects'))
      const service = project && pickFrom(random, await items(`/api/projects/${project.id}/services`))
      if (!service) return
      const image = `registry.acme.test/${service.name}:1.${random.integer(5, 30)}.${random.integer(0, 9)}`
      await call('POST', `/api/projects/${project.id}/services/${service.id}/deploy`, { image })
    },
  },
  {
    weight: 5,
    async run({ call }, random) {
      const model = random.pick(['bfl/flux-schnell', 'bfl/flux-schnell', 'bfl/flux-pro', 'acme/experimental-video'])
      await call('POST', '/api/generations', {
        model,
        prompt: random.pick(['A quiet harbor', 'A map of the moon', 'Our office as a comic']),
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
      const name = `Sketch ${random.integer(100, 999)}`
      const { data } = await call('POST', '/api/projects', { name, description: 'An experiment.' })
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
    async run({ persona, stranger }) {
      await stranger('POST', '/api/login', { email: persona.actor.email, password: 'not the password' })
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
  return from[random.integer(0, Math.max(0, from.length - 1))]
}

/** Simulates people who use the demo over HTTP: one task every few seconds, until the signal aborts. */
export async function simulateTraffic(origin: string, signal: AbortSignal): Promise<void> {
  const random = createRandom(Date.now())
  const browsers = new Map<Persona, Browser>()
  while (!signal.aborted) {
    const persona = random.pick(PEOPLE)
    try {
      const browser = browsers.get(persona) ?? (await signIn(origin, persona, signal))
      browsers.set(persona, browser)
      await random.weighted(TASKS).run(browser, random)
    } catch (error) {
      if (!signal.aborted) console.error('Simulated traffic:', error)
    }
    await pause(random.integer(2_000, 6_000), signal)
  }
}

async function signIn(origin: string, persona: Persona, signal: AbortSignal): Promise<Browser> {
  const call = createClient(origin, persona, signal)
  await call('POST', '/api/login', { email: persona.actor.email, password: 'demo' })
  return {
    persona,
    call,
    stranger: createClient(origin, STRANGER, signal),
    async items(path) {
      const { data } = await call('GET', path)
      return Array.isArray(data.items) ? data.items : []
    },
  }
}

/** Creates a client that sends requests like a browser, with a cookie. */
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
