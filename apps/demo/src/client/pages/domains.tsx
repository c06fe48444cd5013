import { useState } from 'react'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useItems } from '../data.ts'
import { useHasRole } from '../session.tsx'
import { Button } from '../ui/button.tsx'
import { FormDialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Card, List, Page, Status } from '../ui/page.tsx'

export default function Domains() {
  const domains = useItems<Row<'domain'>>('/domains', { refetchMs: 2_500 })
  const { run, click } = useAction()
  const admin = useHasRole('admin')
  const [adding, setAdding] = useState(false)
  return (
    <Page
      actions={
        admin && (
          <Button onClick={() => setAdding(true)} variant="primary">
            <Icon name="plus" size={16} />
            Add domain
          </Button>
        )
      }
      text="Your custom domains. Acme Cloud verifies them in the background."
      title="Domains"
    >
      <Card>
        <List
          columns={[
            { header: 'Domain', cell: ({ name }) => <span className="strong">{name}</span> },
            { header: 'Status', cell: ({ status }) => <Status value={status} /> },
            {
              header: 'Actions',
              align: 'end',
              cell: ({ id, status }) =>
                admin && (
                  <Button
                    disabled={status === 'removing'}
                    onClick={click(() => api.delete(`/domains/${id}`), 'Removing domain')}
                    variant="danger"
                  >
                    Remove
                  </Button>
                ),
            },
          ]}
          empty="No domains yet."
          label="Domains"
          rows={domains}
        />
      </Card>
      {adding && (
        <FormDialog
          fields={[{ name: 'name', label: 'Hostname', hint: 'Hostnames under .invalid fail verification.' }]}
          onClose={() => setAdding(false)}
          onSubmit={(values) => run(() => api.post('/domains', values), 'Domain added')}
          submit="Add domain"
          title="Add domain"
        />
      )}
    </Page>
  )
}
