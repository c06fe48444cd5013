import pg from 'pg'

const MIN_RETRY_MS = 200
const MAX_RETRY_MS = 10_000
const PROBE_INTERVAL_MS = 30_000

/**
 * Listens on its own connection and reconnects when it breaks. `onNotify` is called with null after a reconnect, because
 * notifications in between are lost.
 */
export async function listen(
  pool: pg.Pool,
  channel: string,
  onNotify: (payload: string | null) => void,
): Promise<() => Promise<void>> {
  let isStopped = false
  let client: pg.Client | null = null
  let retry: NodeJS.Timeout | undefined
  let probe: NodeJS.Timeout | undefined

  const connect = async () => {
    const connection = new pg.Client({
      ...pool.options,
      password: pool.options.password,
      keepAlive: true,
      query_timeout: PROBE_INTERVAL_MS / 2,
    })
    const handleLoss = () => {
      if (client !== connection) return
      client = null
      clearInterval(probe)
      connection.end().catch(() => {})
      reconnect(MIN_RETRY_MS)
    }
    connection.on('error', handleLoss)
    connection.on('end', handleLoss)
    connection.on('notification', (message) => onNotify(message.payload ?? null))
    try {
      await connection.connect()
      await connection.query(`listen ${channel}`)
    } catch (error) {
      connection.end().catch(() => {})
      throw error
    }
    if (isStopped) return void (await connection.end())
    client = connection
    // A silently dropped connection is noticed only when something is sent.
    probe = setInterval(() => {
      connection.query('select 1').catch(handleLoss)
    }, PROBE_INTERVAL_MS)
    probe.unref()
  }

  const reconnect = (delayMs: number) => {
    if (isStopped) return
    retry = setTimeout(() => {
      connect().then(
        () => onNotify(null),
        () => reconnect(Math.min(delayMs * 2, MAX_RETRY_MS)),
      )
    }, delayMs)
    retry.unref()
  }

  await connect()
  return async () => {
    isStopped = true
    clearTimeout(retry)
    clearInterval(probe)
    const current = client
    client = null
    await current?.end().catch(() => {})
  }
}
