import { useState } from 'react'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useItems } from '../data.ts'
import { Button } from '../ui/button.tsx'
import { type Field, FormDialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Card, List, Status } from '../ui/page.tsx'
import type { Project } from './projects.tsx'

type Service = Row<'service'>

const KINDS = { web: 'Web service', worker: 'Worker', cron: 'Cron', database: 'Database' }

function serviceFields(service?: Service): readonly Field[] {
  const environment = Object.entries(service?.environment ?? {}).map(([name, value]) => `${name}=${value}`)
  return [
    { name: 'name', label: 'Name', value: service?.name ?? '' },
    { name: 'kind', label: 'Kind', options: KINDS, value: service?.kind ?? 'web' },
    { name: 'replicas', label: 'Replicas', type: 'number', value: String(service?.replicas ?? 1) },
    {
      name: 'environment',
      label: 'Environment',
      type: 'textarea',
      optional: true,
      value: environment.join('\n'),
      hint: 'One NAME=value per line. Secrets are redacted before they reach the activity log.',
    },
  ]
}

/** Converts form values to the request body of a service. */
function serviceBody({ replicas, environment = '', ...values }: Record<string, string>) {
  const lines = environment.split('\n').filter((line) => line.includes('='))
  const pairs = lines.map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()])
  return { ...values, replicas: Number(replicas), environment: Object.fromEntries(pairs) }
}

/** The services of a project, with their actions. */
export function ServiceList({ project }: { project: Project }) {
  const path = `/projects/${project.id}/services`
  const services = useItems<Service>(path)
  const { run, click } = useAction()
  const [dialog, setDialog] = useState<'new' | { edit?: Service; deploy?: Service } | null>(null)
  const close = () => setDialog(null)
  const edited = dialog !== 'new' ? dialog?.edit : undefined
  const deployed = dialog !== 'new' ? dialog?.deploy : undefined

  return (
    <Card
      actions={
        <Button disabled={project.status === 'archived'} onClick={() => setDialog('new')}>
          <Icon name="plus" size={16} />
          Add service
        </Button>
      }
      title="Services"
    >
      <List
        columns={[
          {
            header: 'Service',
            cell: ({ name, image }) => (
              <>
                <span className="strong">{name}</span>
                <small>{image}</small>
              </>
            ),
          },
          { header: 'Kind', cell: ({ kind }) => KINDS[kind], wideOnly: true },
          { header: 'Replicas', cell: ({ replicas }) => replicas, wideOnly: true },
          { header: 'Status', cell: ({ status }) => <Status value={status} /> },
          {
            header: 'Actions',
            align: 'end',
            cell: (service) => (
              <div className="row-actions">
                {service.status === 'trashed' ? (
                  <>
                    <Button onClick={click(() => api.post(`${path}/${service.id}/restore`), 'Service restored')}>
                      Restore
                    </Button>
                    <Button
                      onClick={click(() => api.delete(`${path}/${service.id}`), 'Service deleted')}
                      variant="danger"
                    >
                      Delete
                    </Button>
                  </>
                ) : (
                  <>
                    <Button onClick={() => setDialog({ deploy: service })}>Deploy</Button>
                    <Button onClick={click(() => api.post(`${path}/${service.id}/restart`), 'Service restarted')}>
                      Restart
                    </Button>
                    <Button onClick={() => setDialog({ edit: service })}>Edit</Button>
                    <Button
                      onClick={click(() => api.post(`${path}/${service.id}/trash`), 'Service moved to the trash')}
                    >
                      Trash
                    </Button>
                  </>
                )}
              </div>
            ),
          },
        ]}
        empty="No services yet."
        label="Services"
        rows={services}
      />
      {dialog === 'new' && (
        <FormDialog
          fields={serviceFields()}
          onClose={close}
          onSubmit={(values) => run(() => api.post(path, serviceBody(values)), 'Service added')}
          submit="Add service"
          title="Add service"
        />
      )}
      {edited && (
        <FormDialog
          fields={serviceFields(edited)}
          onClose={close}
          onSubmit={(values) => run(() => api.patch(`${path}/${edited.id}`, serviceBody(values)), 'Service saved')}
          submit="Save"
          title={`Edit ${edited.name}`}
        />
      )}
      {deployed && (
        <FormDialog
          fields={[{ name: 'image', label: 'Image', value: deployed.image }]}
          onClose={close}
          onSubmit={(values) => run(() => api.post(`${path}/${deployed.id}/deploy`, values), 'Service deployed')}
          submit="Deploy"
          title={`Deploy ${deployed.name}`}
        />
      )}
    </Card>
  )
}
