import { useState } from 'react'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useItems } from '../data.ts'
import { Button } from '../ui/button.tsx'
import { FormDialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Card, List, Page, Status } from '../ui/page.tsx'

type Webhook = Omit<Row<'webhook'>, 'secret'>

export default function Webhooks() {
  const webhooks = useItems<Webhook>('/webhooks', { refetchMs: 3_000 })
  const { run, click } = useAction()
  const [dialog, setDialog] = useState<'new' | Webhook | null>(null)
  const edited = dialog === 'new' ? null : dialog
  return (
    <Page
      actions={
        <Button onClick={() => setDialog('new')} variant="primary">
          <Icon name="plus" size={16} />
          New endpoint
        </Button>
      }
      text="Events sent to your own servers. Three failures in a row put an endpoint in quarantine."
      title="Webhooks"
    >
      <Card>
        <List
          columns={[
            {
              header: 'Endpoint',
              cell: ({ url, events }) => (
                <>
                  <span className="strong">{url}</span>
                  <small>{events.join(', ')}</small>
                </>
              ),
            },
            { header: 'Failures', cell: ({ failures }) => failures, wideOnly: true },
            { header: 'Status', cell: ({ status }) => <Status value={status} /> },
            {
              header: 'Actions',
              align: 'end',
              cell: (webhook) => (
                <div className="row-actions">
                  <Button onClick={click(() => api.post(`/webhooks/${webhook.id}/test`), 'Test event sent')}>
                    Send test
                  </Button>
                  {webhook.status === 'enabled' ? (
                    <Button onClick={click(() => api.post(`/webhooks/${webhook.id}/disable`), 'Endpoint disabled')}>
                      Disable
                    </Button>
                  ) : (
                    <Button onClick={click(() => api.post(`/webhooks/${webhook.id}/enable`), 'Endpoint enabled')}>
                      Enable
                    </Button>
                  )}
                  <Button onClick={() => setDialog(webhook)}>Edit</Button>
                  <Button
                    onClick={click(() => api.delete(`/webhooks/${webhook.id}`), 'Endpoint deleted')}
                    variant="danger"
                  >
                    Delete
                  </Button>
                </div>
              ),
            },
          ]}
          empty="No endpoints yet."
          label="Webhooks"
          rows={webhooks}
        />
      </Card>
      {dialog && (
        <FormDialog
          fields={[
            {
              name: 'url',
              label: 'Address',
              value: edited?.url ?? 'https://hooks.acme.test/',
              hint: 'This demo answers for hosts under .test itself, and fails for a path with "broken" in it.',
            },
          ]}
          onClose={() => setDialog(null)}
          onSubmit={(values) =>
            edited
              ? run(() => api.patch(`/webhooks/${edited.id}`, values), 'Endpoint saved')
              : run(() => api.post('/webhooks', values), 'Endpoint created')
          }
          submit={edited ? 'Save' : 'Create endpoint'}
          title={edited ? 'Edit endpoint' : 'New endpoint'}
        />
      )}
    </Page>
  )
}
