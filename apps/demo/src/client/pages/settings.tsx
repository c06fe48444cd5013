import { useState } from 'react'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useData, useItems } from '../data.ts'
import { useHasRole } from '../session.tsx'
import { Button } from '../ui/button.tsx'
import { FormDialog } from '../ui/dialog.tsx'
import { Card, formatDay, List, Page, Status } from '../ui/page.tsx'

const NEXT = { open: 'investigating', investigating: 'resolved', resolved: 'open' } as const

export default function Settings() {
  const { data: consent } = useData<Row<'consent'> | null>('/consent')
  const reports = useItems<Row<'bugReport'>>('/bug-reports')
  const admin = useHasRole('admin')
  const { run, click } = useAction()
  const [reporting, setReporting] = useState(false)
  const choose = (analytics: boolean, marketing: boolean) =>
    click(() => api.put('/consent', { analytics, marketing, via: 'settings' }), 'Cookie settings saved')
  return (
    <Page text="Cookie consent and bug reports." title="Settings">
      <Card title="Cookies">
        <p className="hint">Current choice: {consent ? consent.choice : 'none'}.</p>
        <div className="card-actions">
          <Button onClick={choose(true, true)}>Accept all</Button>
          <Button onClick={choose(true, false)}>Analytics only</Button>
          <Button onClick={choose(false, false)}>Reject all</Button>
          <Button onClick={click(() => api.delete('/consent'), 'Consent withdrawn')} variant="danger">
            Withdraw
          </Button>
        </div>
      </Card>
      <Card actions={<Button onClick={() => setReporting(true)}>Report a bug</Button>} title="Bug reports">
        <List
          columns={[
            {
              header: 'Report',
              cell: ({ title, body }) => (
                <>
                  <span className="strong">{title}</span>
                  <small>{body}</small>
                </>
              ),
            },
            { header: 'Reported', cell: ({ createdAt }) => formatDay(createdAt), wideOnly: true },
            { header: 'Status', cell: ({ status }) => <Status value={status} /> },
            {
              header: 'Actions',
              align: 'end',
              cell: ({ id, status }) =>
                admin && (
                  <Button
                    onClick={click(
                      () => api.patch(`/bug-reports/${id}`, { status: NEXT[status] }),
                      `Report marked as ${NEXT[status]}`,
                    )}
                  >
                    Mark as {NEXT[status]}
                  </Button>
                ),
            },
          ]}
          empty="No bug reports yet."
          label="Bug reports"
          rows={reports}
        />
      </Card>
      {reporting && (
        <FormDialog
          fields={[
            { name: 'title', label: 'What went wrong?' },
            { name: 'body', label: 'How can we reproduce it?', type: 'textarea', optional: true },
          ]}
          onClose={() => setReporting(false)}
          onSubmit={(values) => run(() => api.post('/bug-reports', values), 'Report sent')}
          submit="Send report"
          title="Report a bug"
        />
      )}
    </Page>
  )
}
