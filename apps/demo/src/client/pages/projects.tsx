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
  'eu-central': 'Europe (Central)',
  'eu-west': 'Europe (West)',
  'us-east': 'US (East)',
  'ap-south': 'Asia (South)',
}

/** Returns the form fields of a project, empty for a new one. */
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
      text="Your team's projects. Each has its own services and region."
      title="Projects"
    >
      <Card>
        <List
          columns={[
            {
              header: 'Project',
              cell: (project) => (
                <>
                  <Link className="strong" to={`/projects/${project.id}`}>
                    {project.name}
                  </Link>
                  <small>{project.description}</small>
                </>
              ),
            },
            { header: 'Status', cell: ({ status }) => <Status value={status} /> },
            { header: 'Region', cell: ({ region }) => region, wideOnly: true },
            { header: 'Created', cell: ({ createdAt }) => formatDay(createdAt), wideOnly: true },
          ]}
          empty="No projects yet. Create your first project."
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
