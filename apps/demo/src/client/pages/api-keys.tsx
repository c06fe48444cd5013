import { useState } from 'react'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useItems } from '../data.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, FormDialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Card, formatDay, List, Page, Status } from '../ui/page.tsx'

type ApiKey = Omit<Row<'apiKey'>, 'secretHash'>

export default function ApiKeys() {
  const keys = useItems<ApiKey>('/api-keys')
  const { run, click } = useAction()
  const [creating, setCreating] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const rotate = async (key: ApiKey) =>
    setSecret((await api.post<{ secret: string }>(`/api-keys/${key.id}/rotate`)).secret)
  return (
    <Page
      actions={
        <Button onClick={() => setCreating(true)} variant="primary">
          <Icon name="plus" size={16} />
          New key
        </Button>
      }
      text="Keys for programs. The activity log shows their actions under the key's name."
      title="API keys"
    >
      <Card>
        <List
          columns={[
            {
              header: 'Key',
              cell: ({ name, prefix }) => (
                <>
                  <span className="strong">{name}</span>
                  <small>
                    <code>{prefix}...</code>
                  </small>
                </>
              ),
            },
            { header: 'Role', cell: ({ role }) => role, wideOnly: true },
            { header: 'Status', cell: ({ status }) => <Status value={status} /> },
            { header: 'Created', cell: ({ createdAt }) => formatDay(createdAt), wideOnly: true },
            {
              header: 'Actions',
              align: 'end',
              cell: (key) => (
                <div className="row-actions">
                  {key.status === 'active' && (
                    <>
                      <Button onClick={click(() => rotate(key), 'Key rotated')}>Rotate</Button>
                      <Button onClick={click(() => api.post(`/api-keys/${key.id}/revoke`), 'Key revoked')}>
                        Revoke
                      </Button>
                    </>
                  )}
                  <Button onClick={click(() => api.delete(`/api-keys/${key.id}`), 'Key deleted')} variant="danger">
                    Delete
                  </Button>
                </div>
              ),
            },
          ]}
          empty="No keys yet."
          label="API keys"
          rows={keys}
        />
      </Card>
      {creating && (
        <FormDialog
          fields={[
            { name: 'name', label: 'Name', hint: 'For example, the program that uses it: ci' },
            { name: 'role', label: 'Role', options: { admin: 'Admin', member: 'Member' } },
          ]}
          onClose={() => setCreating(false)}
          onSubmit={async (values) =>
            setSecret((await run(() => api.post<{ secret: string }>('/api-keys', values))).secret)
          }
          submit="Create key"
          title="New API key"
        />
      )}
      {secret && (
        <Dialog onClose={() => setSecret(null)} title="Copy your key now">
          <div className="form">
            <p className="dialog-text">You will not see it again. We only store its hash.</p>
            <code className="secret">{secret}</code>
            <pre className="snippet">{`curl ${location.origin}/api/projects -H "Authorization: Bearer ${secret.slice(0, 7)}…"`}</pre>
            <footer>
              <Button onClick={() => navigator.clipboard.writeText(secret)} variant="primary">
                <Icon name="copy" size={16} />
                Copy
              </Button>
            </footer>
          </div>
        </Dialog>
      )}
    </Page>
  )
}
