import pg from 'pg'

const FIRST_PAUSE = 200
const LAST_PAUSE = 10_000
const PROBE_MS = 30_000

/**
 * Listens on a connection of its own, which is made anew when it breaks. `heard` is called with null after that, since
 * notifications are not kept for those who were away.
 */
export async function pgListen(
  pool: pg.Pool,
  channel: string,
  heard: (payload: string | null) => void,
): Promise<() => Promise<void>> {
  let stopped = false
  let client: pg.Client | null = null
  let retry: NodeJS.Timeout | undefined
  let probe: NodeJS.Timeout | undefined

  const connect = async () => {
    const fresh = new pg.Client({
      ...pool.options,
      password: pool.options.password,
      keepAlive: true,
      query_timeout: PROBE_MS / 2,
    })
    const lost = () => {
      if (client !== fresh) return
      client = null
      clearInterval(probe)
      fresh.end().catch(() => {})
      reconnect(FIRST_PAUSE)
    }
    fresh.on('error', lost)
    fresh.on('end', lost)
    fresh.on('notification', (message) => heard(message.payload ?? null))
    try {
      await fresh.connect()
      await fresh.query(`listen ${channel}`)
    } catch (error) {
      fresh.end().catch(() => {})
      throw error
    }
    if (stopped) return void (await fresh.end())
    client = fresh
    // A connection that a router on the way forgot is noticed only when something is sent.
    probe = setInterval(() => {
      fresh.query('select 1').catch(lost)
    }, PROBE_MS)
    probe.unref()
  }

  const reconnect = (pause: number) => {
    if (stopped) return
    retry = setTimeout(() => {
      connect().then(
        () => heard(null),
        () => reconnect(Math.min(pause * 2, LAST_PAUSE)),
      )
    }, pause)
    retry.unref()
  }

  await connect()
  return async () => {
    stopped = true
    clearTimeout(retry)
    clearInterval(probe)
    const last = client
    client = null
    await last?.end().catch(() => {})
  }
}
