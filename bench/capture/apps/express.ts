import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import express, { type RequestHandler } from 'express'
import { createBatchSender, createFloorEvent } from '../floor.ts'
import type { App, AppOptions, Item, Variant } from './app.ts'

/** The part of the app that differs between variants. */
interface Recorder {
  readonly middleware?: RequestHandler
  readonly onCreate?: (item: Item) => void
  /** Delivers what is queued. */
  readonly close?: () => Promise<void>
}

const MAX_ITEMS = 1_000

function runInContext(): Recorder {
  const requests = new AsyncLocalStorage<{ readonly id: string }>()
  return { middleware: (_req, _res, next) => requests.run({ id: randomUUID() }, next) }
}

async function recordWithMorgan({ folder }: AppOptions): Promise<Recorder> {
  const { default: morgan } = await import('morgan')
  return { middleware: morgan('combined', { stream: createWriteStream(join(folder, 'morgan.log')) }) }
}

async function recordWithPino(): Promise<Recorder> {
  const { pino } = await import('pino')
  const { pinoHttp } = await import('pino-http')
  return { middleware: pinoHttp({ logger: pino(pino.destination('/dev/null')) }) }
}

async function recordWithWinston({ folder }: AppOptions): Promise<Recorder> {
  const { default: winston } = await import('winston')
  const { default: expressWinston } = await import('express-winston')
  const file = new winston.transports.File({ filename: join(folder, 'winston.log') })
  return { middleware: expressWinston.logger({ transports: [file], format: winston.format.json() }) }
}

function recordByHand({ stubUrl }: AppOptions, hasBodies: boolean): Recorder {
  const send = createBatchSender(stubUrl)
  const requests = new AsyncLocalStorage<{ readonly id: string }>()
  return {
    middleware: (req, res, next) => {
      const id = randomUUID()
      const { json } = res
      let item: Item | undefined
      res.json = (body) => {
        item = body
        return json.call(res, body)
      }
      res.once('finish', () => {
        send(
          createFloorEvent({
            id,
            method: req.method,
            route: `${req.baseUrl}${req.route?.path}`,
            status: res.statusCode,
            ip: req.ip,
            userAgent: req.get('user-agent'),
            user: req.get('x-user'),
            tenant: req.get('x-tenant'),
            resourceId: item?.id,
            resourceName: item?.name,
            ...(hasBodies && { requestBody: req.body, responseBody: item }),
          }),
        )
      })
      requests.run({ id }, next)
    },
  }
}

async function recordWithWhodid({ stubUrl }: AppOptions, isAnnotated: boolean): Promise<Recorder> {
  const { createTrail, http } = await import('@whodid/capture')
  const { defineCatalog } = await import('@whodid/core')
  const { whodid } = await import('@whodid/express')
  const trail = createTrail({
    catalog: defineCatalog({ item: { label: 'Item' } }),
    to: http({ url: stubUrl, key: 'key' }),
  })
  const middleware = whodid(trail, {
    actor: (req) => ({ id: req.get('x-user') ?? '' }),
    tenant: (req) => req.get('x-tenant'),
  })
  return {
    middleware,
    ...(isAnnotated && {
      onCreate: (item) => trail.annotate({ resource: { type: 'item', id: item.id }, before: null, after: item }),
    }),
    close: () => trail.close(),
  }
}

const RECORDERS: Readonly<Record<Variant, (options: AppOptions) => Recorder | Promise<Recorder>>> = {
  bare: () => ({}),
  control: () => ({}),
  context: runInContext,
  morgan: recordWithMorgan,
  pino: recordWithPino,
  winston: recordWithWinston,
  metadata: (options) => recordByHand(options, false),
  floor: (options) => recordByHand(options, true),
  whodid: (options) => recordWithWhodid(options, false),
  annotated: (options) => recordWithWhodid(options, true),
}

/** Creates an Express app that keeps the newest items in memory. */
export async function createExpressApp(options: AppOptions): Promise<App> {
  const { middleware, onCreate, close } = await RECORDERS[options.variant](options)
  const items: Item[] = []
  let count = 0
  const app = express()
  app.use(express.json())
  if (middleware !== undefined) app.use(middleware)
  app.post('/items', (req, res) => {
    const item = { id: `i_${++count}`, ...req.body, createdAt: new Date().toISOString() }
    items[count % MAX_ITEMS] = item
    onCreate?.(item)
    res.status(201).json(item)
  })
  return { server: createServer(app), countItems: () => count, close: async () => close?.() }
}
