import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useItems } from '../data.ts'
import { Button } from '../ui/button.tsx'
import { type Field, FormDialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Card, formatDay, List, Page, Status } from '../ui/page.tsx'

export type Project = Row<'project'>

export const REGIONS = {
  'eu-central': 'Europe, central',
  'eu-west': 'Europe, west',
  'us-east': 'America, east',
  'ap-south': 'Asia, south',
}

/** The fields of a project, as it is or for a new one. */
export function projectFields(project?: Project): readonly Field[] {
  return [
    { name: 'name', label: 'Name', value: project?.name ?? '' },
    { name: 'description', label: 'Description', type: 'textarea', optional: true, value: project?.description ?? '' },
    { name: 'region', label: 'Region', options: REGIONS, value: project?.region ?? 'eu-central' },
  ]
}

export default function Projects() {
  const projects = useItems<Project>('/projects')
  const { run } = useAction()
  const navigate = useNavigate()
  const [creating, setCreating] = useState(false)
  return (
    <Page
      actions={
        <Button onClick={() => setCreating(true)} variant="primary">
          <Icon name="plus" size={16} />
          New project
        </Button>
      }
      text="What your team builds: each with its services, in one region."
      title="Projects"
    >
      <Card>
        <List
          columns={[
            {
              head: 'Project',
              cell: (project) => (
                <>
                  <Link className="strong" to={`/projects/${project.id}`}>
                    {project.name}
                  </Link>
                  <small>{project.description}</small>
                </>
              ),
            },
            { head: 'Status', cell: ({ status }) => <Status value={status} /> },
            { head: 'Region', cell: ({ region }) => region, wide: true },
            { head: 'Created', cell: ({ createdAt }) => formatDay(createdAt), wide: true },
          ]}
          empty="No projects yet. Create the first one."
          label="Projects"
          rows={projects}
        />
      </Card>
      {creating && (
        <FormDialog
          fields={projectFields()}
          onClose={() => setCreating(false)}
          onSubmit={async (values) => {
            const project = await run(() => api.post<Project>('/projects', values), 'Project created')
            navigate(`/projects/${project.id}`)
          }}
          submit="Create project"
          title="New project"
        />
      )}
    </Page>
  )
}
