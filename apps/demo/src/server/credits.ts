import type { Audit } from './audit.ts'
import type { Database } from './database.ts'
import { ApiError } from './errors.ts'
import type { Notify } from './notifier.ts'
import type { Row } from './records.ts'

/** Credits per generation, by model. The experimental model always fails. */
export const MODELS = {
  'bfl/flux-schnell': 0.004,
  'bfl/flux-pro': 0.05,
  'bytedance/seedance-1-pro': 1.25,
  'acme/experimental-video': 0.8,
} as const satisfies Record<string, number>
export type Model = keyof typeof MODELS

/** Rounds to four decimals, so that sums stay exact. */
function roundCredits(credits: number): number {
  return Math.round(credits * 10_000) / 10_000
}

export interface Credits {
  account(org: string): Row<'account'>
  reserve(org: string, credits: number, model: string): void
  charge(org: string, credits: number, model: string): void
  refund(org: string, credits: number, model: string): void
}

/** Manages an organization's credits: reserved when a generation starts, then charged or refunded. */
export function createCredits({ db, audit, notify }: { db: Database; audit: Audit; notify: Notify }): Credits {
  function account(org: string): Row<'account'> {
    const found = db.account.get(org)
    if (!found) throw new Error(`Organization ${org} has no billing account.`)
    return found
  }

  function transfer(
    org: string,
    action: 'reserve' | 'charge' | 'refund',
    model: string,
    credits: number,
    by: { balance: number; reserved: number },
  ) {
    const before = account(org)
    const after = {
      balance: roundCredits(before.balance + by.balance),
      reserved: roundCredits(before.reserved + by.reserved),
    }
    audit.record(`credit.${action}`, { resource: getCreditsResource(org), metadata: { credits, model } }, () =>
      db.account.update(before, after),
    )
    return { before: before.balance, after: after.balance }
  }

  /** Sends an alert when the balance drops below a threshold. */
  function sendLowBalanceAlert(org: string, balance: { before: number; after: number }) {
    const { alerts } = account(org)
    if (!alerts?.enabled) return
    const crossed = alerts.thresholds.filter((threshold) => balance.before >= threshold && balance.after < threshold)
    const threshold = Math.min(...crossed)
    if (crossed.length === 0) return
    audit.record('credit_alert.alert_fired', {
      resource: { type: 'credit_alert', id: org, name: 'Low balance' },
      metadata: { balance: roundCredits(balance.after), threshold },
    })
    for (const owner of db.member.list(org).filter((member) => member.role === 'owner')) {
      notify({
        org,
        memberId: owner.id,
        title: 'Low balance',
        body: `Your balance is below $${threshold}.`,
        href: '/billing',
      })
    }
  }

  return {
    account,
    reserve(org, credits, model) {
      if (account(org).balance < credits)
        throw new ApiError(402, 'no_credits', 'Not enough credits. Add credits and try again.')
      sendLowBalanceAlert(org, transfer(org, 'reserve', model, credits, { balance: -credits, reserved: credits }))
    },
    charge(org, credits, model) {
      transfer(org, 'charge', model, credits, { balance: 0, reserved: -credits })
    },
    refund(org, credits, model) {
      transfer(org, 'refund', model, credits, { balance: credits, reserved: -credits })
    },
  }
}

/** Returns the resource for events about an organization's credits. */
export function getCreditsResource(org: string) {
  return { type: 'credit', id: org, name: 'Credits' }
}

/** Charges the card on file. Throws 402 without a card, and for cards that end in 0002. */
export function chargeCard({ card }: Row<'account'>): void {
  if (!card) throw new ApiError(402, 'no_card', 'No card on file. Add a card first.')
  if (card.declines) throw new ApiError(402, 'card_declined', `Your card ending in ${card.last4} was declined.`)
}
