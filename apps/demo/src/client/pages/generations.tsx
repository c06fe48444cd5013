import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useData } from '../data.ts'
import { useHasRole } from '../session.tsx'
import { Button } from '../ui/button.tsx'
import { Form } from '../ui/dialog.tsx'
import { Card, formatNumber, List, Page, Status } from '../ui/page.tsx'

type Generation = Row<'generation'>

export default function Generations() {
  const { data } = useData<{ items: Generation[]; models: Record<string, number> }>('/generations', {
    refetchMs: 2_500,
  })
  const { run, click } = useAction()
  const admin = useHasRole('admin')
  const models = Object.entries(data?.models ?? {}).map(([model, price]) => [model, `${model} (${price} credits)`])
  return (
    <Page
      text="Images and videos from AI models. Credits are reserved first, then charged on success or refunded on failure."
      title="Generations"
    >
      <div className="columns">
        <Card className="narrow" title="New generation">
          {data && (
            <Form
              fields={[
                { name: 'model', label: 'Model', options: Object.fromEntries(models) },
                { name: 'prompt', label: 'Prompt', type: 'textarea', value: 'A lighthouse in the fog, oil on canvas' },
              ]}
              onSubmit={(values) => run(() => api.post('/generations', values), 'Generation started')}
              submit="Generate"
            />
          )}
        </Card>
        <Card title="Recent">
          <List
            columns={[
              {
                header: 'Generation',
                cell: ({ name, prompt }) => (
                  <>
                    <span className="strong">{name}</span>
                    <small>{prompt}</small>
                  </>
                ),
              },
              { header: 'Credits', cell: ({ credits }) => formatNumber(credits), wideOnly: true },
              { header: 'Status', cell: ({ status }) => <Status value={status} /> },
              {
                header: 'Actions',
                align: 'end',
                cell: ({ id, status }) =>
                  status === 'pending' || status === 'processing' ? (
                    <Button onClick={click(() => api.post(`/generations/${id}/cancel`), 'Generation canceled')}>
                      Cancel
                    </Button>
                  ) : (
                    admin && (
                      <Button
                        onClick={click(() => api.delete(`/generations/${id}`), 'Generation deleted')}
                        variant="danger"
                      >
                        Delete
                      </Button>
                    )
                  ),
              },
            ]}
            empty="No generations yet."
            label="Generations"
            rows={data?.items}
          />
        </Card>
      </div>
    </Page>
  )
}
