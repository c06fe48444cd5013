import { createHmac } from 'node:crypto'
import type { Audit } from './audit.ts'
import type { Background } from './background.ts'
import type { Database } from './database.ts'
import { invalid } from './errors.ts'
import type { Row } from './records.ts'

export const WEBHOOK_EVENTS = ['generation.completed', 'generation.failed', 'test.ping'] as const
type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

const MAX_FAILURES = 3
const DELIVERY_TIMEOUT_MS = 5_000

export interface Webhooks {
  /** Delivers an event to every enabled endpoint that subscribes to it. */
  publish(org: string, event: WebhookEvent): void
  /** Delivers an event to one endpoint, subscribed or not. */
  deliver(webhook: Row<'webhook'>, event: WebhookEvent): void
}

/**
 * Validates the URL of an endpoint. This demo answers hosts under `.test` itself, with a failure for paths that contain
 * `broken`. `localhost` reaches your own listener. All other hosts are rejected.
 */
export function validateWebhookUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol)) throw invalid('url: Must be an http or https URL.')
  if (!/^(localhost|127\.0\.0\.1|.+\.test)$/.test(url.hostname)) {
    throw invalid('url: This demo only delivers to hosts under .test and to localhost.')
  }
  return url.href
}

/** Sends signed events in the background. Three failures in a row quarantine an endpoint. */
export function createWebhooks(acme: {
  db: Database
  audit: Audit
  background: Background
  origin: () => string
}): Webhooks {
  const { db, audit, background, origin } = acme

  async function send({ url, secret }: Row<'webhook'>, event: WebhookEvent): Promise<string | null> {
    const { hostname, host, pathname } = new URL(url)
    const target = hostname.endsWith('.test') ? `${origin()}/receiver/${host}${pathname}` : url
    const body = JSON.stringify({ event, sentAt: new Date().toISOString() })
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    try {
      const response = await fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-acme-signature': signature },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
      })
      await response.body?.cancel()
      return response.ok ? null : `status ${response.status}`
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError' ? 'timed out' : 'could not connect'
    }
  }

  function deliver(webhook: Row<'webhook'>, event: WebhookEvent) {
    background.schedule(webhook.org, 1, async () => {
      const reason = await send(webhook, event)
      const current = db.webhook.get(webhook.id)
      if (!current) return
      if (reason === null) {
        audit.record('webhook.delivered', { metadata: { event } }, () => db.webhook.update(current, { failures: 0 }))
        return
      }
      const failures = current.failures + 1
      const { id } = await audit.record('webhook.delivery_failed', { metadata: { event, reason } }, () =>
        db.webhook.update(current, { failures }),
      )
      if (failures >= MAX_FAILURES && current.status === 'enabled') {
        audit.record('webhook.quarantined', { metadata: { failures }, causedBy: id }, () =>
          db.webhook.update({ ...current, failures }, { status: 'quarantined' }),
        )
      }
    })
  }

  return {
    deliver,
    publish(org, event) {
      for (const webhook of db.webhook.list(org)) {
        if (webhook.status === 'enabled' && webhook.events.includes(event)) deliver(webhook, event)
      }
    },
  }
}
