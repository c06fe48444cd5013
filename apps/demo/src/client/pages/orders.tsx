import { useState } from 'react'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useItems } from '../data.ts'
import { Button } from '../ui/button.tsx'
import { FormDialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Card, Page, Status } from '../ui/page.tsx'
import { createItemDialog, ItemList } from './billing.tsx'

type Order = Row<'order'>

export default function Orders() {
  const orders = useItems<Order>('/billing/orders')
  const { run, click } = useAction()
  const [adding, setAdding] = useState<Order | null>(null)
  const to = (order: Order, status: string) =>
    click(() => api.patch(`/billing/orders/${order.id}`, { status }), `Order ${status}`)
  const ask = adding && createItemDialog(`/billing/orders/${adding.id}/items`, 'GPU reservation', run)
  return (
    <Page
      actions={
        <Button
          onClick={click(
            () => api.post('/billing/orders', { items: [{ name: 'GPU reservation', quantity: 1 }] }),
            'Order created',
          )}
          variant="primary"
        >
          <Icon name="plus" size={16} />
          New order
        </Button>
      }
      text="One-time purchases."
      title="Orders"
    >
      {orders?.length === 0 && (
        <Card>
          <div className="empty">No orders yet.</div>
        </Card>
      )}
      {orders?.map((order) => (
        <Card actions={<Status value={order.status} />} key={order.id} title={`Order ${order.number}`}>
          <ItemList editable={order.status === 'open'} items={order.items} path={`/billing/orders/${order.id}/items`} />
          <div className="card-actions">
            {order.status === 'open' && (
              <>
                <Button onClick={() => setAdding(order)}>Add item</Button>
                <Button onClick={to(order, 'paid')} variant="primary">
                  Pay
                </Button>
                <Button onClick={to(order, 'canceled')} variant="danger">
                  Cancel
                </Button>
              </>
            )}
            {order.status === 'paid' && <Button onClick={to(order, 'fulfilled')}>Mark as fulfilled</Button>}
          </div>
        </Card>
      ))}
      {ask && (
        <FormDialog
          fields={ask.fields}
          onClose={() => setAdding(null)}
          onSubmit={ask.onSubmit}
          submit={ask.submit}
          title={ask.title}
        />
      )}
    </Page>
  )
}
