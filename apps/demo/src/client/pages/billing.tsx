import { useState } from 'react'
import { Link } from 'react-router'
import type { LineItem, Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useData } from '../data.ts'
import { useHasRole } from '../session.tsx'
import { Button } from '../ui/button.tsx'
import { type Field, FormDialog } from '../ui/dialog.tsx'
import { Card, formatMoney, formatNumber, List, Page, Status } from '../ui/page.tsx'

interface Billing extends Omit<Row<'account'>, 'card'> {
  readonly card: { readonly brand: string; readonly last4: string } | null
  readonly subscription: Row<'subscription'>
}

export function useBilling() {
  return useData<Billing>('/billing', { refetchMs: 5_000 })
}

interface DialogForm {
  readonly title: string
  readonly fields: readonly Field[]
  readonly submit: string
  readonly onSubmit: (values: Record<string, string>) => Promise<unknown>
}

export default function Billing() {
  const { data: billing } = useBilling()
  const admin = useHasRole('admin')
  const owner = useHasRole('owner')
  const { run, click } = useAction()
  const [ask, setAsk] = useState<DialogForm | null>(null)
  if (!billing) return <Page title="Billing">{null}</Page>
  const { balance, reserved, alerts, card, company, billingEmail, subscription } = billing

  const topUp: DialogForm = {
    title: 'Add credits',
    fields: [{ name: 'amount', label: 'Amount in US dollars', type: 'number', value: '10' }],
    submit: 'Pay and add',
    onSubmit: ({ amount }) => run(() => api.post('/billing/credits', { amount: Number(amount) }), 'Credits added'),
  }
  const alertSettings: DialogForm = {
    title: 'Low balance alerts',
    fields: [
      {
        name: 'enabled',
        label: 'Alerts',
        options: { true: 'On', false: 'Off' },
        value: String(alerts?.enabled ?? true),
      },
      {
        name: 'thresholds',
        label: 'Thresholds',
        value: alerts?.thresholds.join(', ') ?? '10, 5, 1',
        hint: 'Balances in dollars, separated by commas.',
      },
    ],
    submit: 'Save',
    onSubmit: ({ enabled, thresholds = '' }) => {
      const body = { enabled: enabled === 'true', thresholds: thresholds.split(',').map(Number) }
      return run(() => api.put('/billing/alerts', body), 'Alerts saved')
    },
  }
  const customer: DialogForm = {
    title: 'Billing details',
    fields: [
      { name: 'company', label: 'Company', value: company ?? '' },
      { name: 'billingEmail', label: 'Billing email', type: 'email', value: billingEmail ?? '' },
    ],
    submit: 'Save',
    onSubmit: (values) => run(() => api.put('/billing/customer', values), 'Billing details saved'),
  }
  const paymentMethod: DialogForm = {
    title: 'Payment method',
    fields: [
      {
        name: 'number',
        label: 'Card number',
        value: '4242 4242 4242 4242',
        hint: 'Cards that end in 0002 are declined. We only store the last four digits.',
      },
    ],
    submit: 'Save card',
    onSubmit: (values) => run(() => api.put('/billing/payment-method', values), 'Card saved'),
  }

  return (
    <Page
      actions={
        admin && (
          <Link className="button" data-variant="plain" to="/billing/orders">
            Orders
          </Link>
        )
      }
      text="Credits, plan and payment."
      title="Billing"
    >
      <div className="columns even">
        <Card title="Credits">
          <p className="big-number">{formatNumber(balance)}</p>
          <p className="hint">
            {formatNumber(reserved)} reserved for generations in progress.{' '}
            {alerts?.enabled ? `Alerts below ${alerts.thresholds.join(', ')}.` : 'No alerts.'}
          </p>
          {admin && (
            <div className="card-actions">
              <Button onClick={() => setAsk(topUp)} variant="primary">
                Add credits
              </Button>
              <Button onClick={() => setAsk(alertSettings)}>Alerts</Button>
              {owner && (
                <Button onClick={click(() => api.post('/billing/credits/reset'), 'Credits reset')}>
                  Reset to monthly credits
                </Button>
              )}
            </div>
          )}
        </Card>
        <Card title="Payment">
          <dl className="facts stacked">
            <div>
              <dt>Card</dt>
              <dd>{card ? `${card.brand} ending in ${card.last4}` : 'None'}</dd>
            </div>
            <div>
              <dt>Customer</dt>
              <dd>{company ? `${company}, ${billingEmail}` : 'No billing details yet'}</dd>
            </div>
          </dl>
          {admin && (
            <div className="card-actions">
              <Button onClick={() => setAsk(customer)}>Billing details</Button>
              {owner && <Button onClick={() => setAsk(paymentMethod)}>Change card</Button>}
            </div>
          )}
        </Card>
      </div>
      <Subscription ask={setAsk} subscription={subscription} />
      {ask && (
        <FormDialog
          fields={ask.fields}
          onClose={() => setAsk(null)}
          onSubmit={ask.onSubmit}
          submit={ask.submit}
          title={ask.title}
        />
      )}
    </Page>
  )
}

const PATH = '/billing/subscription'

function Subscription({ subscription, ask }: { subscription: Row<'subscription'>; ask: (ask: DialogForm) => void }) {
  const { plan, status, cancelAtPeriodEnd, items } = subscription
  const admin = useHasRole('admin')
  const { run, click } = useAction()
  const act = (verb: string, done: string) => click(() => api.post(`${PATH}/${verb}`), done)

  const changePlan: DialogForm = {
    title: 'Change plan',
    fields: [{ name: 'plan', label: 'Plan', options: { Starter: 'Starter', Pro: 'Pro', Scale: 'Scale' }, value: plan }],
    submit: 'Change plan',
    onSubmit: (values) => run(() => api.patch(PATH, values), 'Plan changed'),
  }

  return (
    <Card actions={<Status value={status} />} title={`Subscription: ${plan}`}>
      {cancelAtPeriodEnd && (
        <p className="note">Your subscription will be canceled at the end of the billing period.</p>
      )}
      <ItemList editable={admin} items={items} path={`${PATH}/items`} />
      {admin && (
        <div className="card-actions">
          <Button onClick={() => ask(createItemDialog(`${PATH}/items`, 'Support hours', run))}>Add item</Button>
          <Button onClick={() => ask(changePlan)}>Change plan</Button>
          {status === 'active' && <Button onClick={act('pause', 'Subscription paused')}>Pause</Button>}
          {status === 'canceled' && <Button onClick={act('trial', 'Trial started')}>Start trial</Button>}
          {status !== 'active' && <Button onClick={act('activate', 'Subscription active')}>Activate</Button>}
          {cancelAtPeriodEnd ? (
            <Button onClick={act('revert-cancel', 'Subscription kept')}>Keep subscription</Button>
          ) : (
            status !== 'canceled' && (
              <Button onClick={act('cancel', 'Cancellation scheduled')} variant="danger">
                Cancel
              </Button>
            )
          )}
          <Button onClick={act('renew', 'Closing the billing period')}>Close billing period</Button>
        </div>
      )}
    </Card>
  )
}

/** Creates the dialog that adds an item to a subscription or an order. */
export function createItemDialog(path: string, name: string, run: ReturnType<typeof useAction>['run']): DialogForm {
  return {
    title: 'Add item',
    fields: [
      { name: 'name', label: 'Item', value: name },
      { name: 'quantity', label: 'Quantity', type: 'number', value: '1' },
    ],
    submit: 'Add item',
    onSubmit: ({ name, quantity }) => run(() => api.post(path, { name, quantity: Number(quantity) }), 'Item added'),
  }
}

/** The items of a subscription or an order, with controls to change quantities and remove items. */
export function ItemList({ items, path, editable }: { items: readonly LineItem[]; path: string; editable: boolean }) {
  const { click } = useAction()
  const set = (item: LineItem, quantity: number) => click(() => api.patch(`${path}/${item.id}`, { quantity }))
  return (
    <List
      columns={[
        { header: 'Item', cell: ({ name }) => <span className="strong">{name}</span> },
        {
          header: 'Quantity',
          cell: (item) =>
            editable ? (
              <span className="stepper">
                <Button
                  aria-label={`Decrease ${item.name}`}
                  disabled={item.quantity < 2}
                  onClick={set(item, item.quantity - 1)}
                >
                  −
                </Button>
                {item.quantity}
                <Button aria-label={`Increase ${item.name}`} onClick={set(item, item.quantity + 1)}>
                  +
                </Button>
              </span>
            ) : (
              item.quantity
            ),
        },
        { header: 'Total', cell: ({ quantity, price }) => formatMoney(quantity * price), align: 'end' },
        {
          header: 'Actions',
          align: 'end',
          cell: ({ id }) =>
            editable && (
              <Button onClick={click(() => api.delete(`${path}/${id}`))} variant="danger">
                Remove
              </Button>
            ),
        },
      ]}
      empty="No items."
      label="Items"
      rows={items}
    />
  )
}
