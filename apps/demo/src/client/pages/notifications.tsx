import { Link } from 'react-router'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useItems } from '../data.ts'
import { Button } from '../ui/button.tsx'
import { Card, List, Page } from '../ui/page.tsx'

export default function Notifications() {
  const notifications = useItems<Row<'notification'>>('/notifications')
  const { click } = useAction()
  return (
    <Page text="Updates from Acme Cloud." title="Notifications">
      <Card>
        <List
          columns={[
            {
              header: 'Notification',
              cell: ({ title, body, href }) => (
                <>
                  <Link className="strong" to={href}>
                    {title}
                  </Link>
                  <small>{body}</small>
                </>
              ),
            },
            {
              header: 'Actions',
              align: 'end',
              cell: ({ id }) => (
                <Button onClick={click(() => api.post(`/notifications/${id}/dismiss`))}>Dismiss</Button>
              ),
            },
          ]}
          empty="No new notifications."
          label="Notifications"
          rows={notifications}
        />
      </Card>
    </Page>
  )
}
