import { ResourceHistory } from '@whodid/react'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { api } from '../api.ts'
import { useAction, useData } from '../data.ts'
import { useHasRole } from '../session.tsx'
import { Button } from '../ui/button.tsx'
import { FormDialog } from '../ui/dialog.tsx'
import { Card, formatDay, Page, Status } from '../ui/page.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { type Project, projectFields, REGIONS } from './projects.tsx'
import { ServiceList } from './services.tsx'

export default function ProjectPage() {
  const { id = '' } = useParams()
  const { data: project, error } = useData<Project>(`/projects/${id}`)
  const [dialog, setDialog] = useState<'edit' | 'delete' | null>(null)
  const { run, click } = useAction()
  const navigate = useNavigate()
  const admin = useHasRole('admin')
  const path = `/projects/${id}`

  if (error) {
    return (
      <Page text={error.message} title="Project">
        <Link to="/projects">All projects</Link>
      </Page>
    )
  }
  if (!project) return <Page title="Project">{null}</Page>

  async function clone() {
    navigate(`/projects/${(await api.post<Project>(`${path}/clone`)).id}`)
  }

  async function download() {
    const file = new Blob([JSON.stringify(await api.post(`${path}/export`), null, 2)], { type: 'application/json' })
    const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: `${id}.json` })
    link.click()
    URL.revokeObjectURL(link.href)
  }

  return (
    <Page
      actions={
        <>
          <Button onClick={() => setDialog('edit')}>Edit</Button>
          {project.status === 'archived' ? (
            <Button onClick={click(() => api.post(`${path}/restore`), 'Project restored')}>Restore</Button>
          ) : (
            <Button onClick={click(() => api.post(`${path}/archive`), 'Project archived')}>Archive</Button>
          )}
          <Button onClick={click(clone, 'Project cloned')}>Clone</Button>
          <Button onClick={click(download, 'Project exported')}>Export</Button>
          {admin && (
            <Button onClick={() => setDialog('delete')} variant="danger">
              Delete
            </Button>
          )}
        </>
      }
      text={project.description || 'No description.'}
      title={project.name}
    >
      <Tabs
        tabs={{
          Overview: (
            <>
              <Card>
                <dl className="facts">
                  <div>
                    <dt>Status</dt>
                    <dd>
                      <Status value={project.status} />
                    </dd>
                  </div>
                  <div>
                    <dt>Region</dt>
                    <dd>
                      {Object.entries(REGIONS).find(([region]) => region === project.region)?.[1] ?? project.region}
                    </dd>
                  </div>
                  <div>
                    <dt>Created</dt>
                    <dd>{formatDay(project.createdAt)}</dd>
                  </div>
                  <div>
                    <dt>ID</dt>
                    <dd>
                      <code>{project.id}</code>
                    </dd>
                  </div>
                </dl>
              </Card>
              <ServiceList project={project} />
            </>
          ),
          History: <ResourceHistory id={project.id} type="project" />,
        }}
      />
      {dialog === 'edit' && (
        <FormDialog
          fields={projectFields(project)}
          onClose={() => setDialog(null)}
          onSubmit={(values) => run(() => api.patch(path, values), 'Project saved')}
          submit="Save"
          title={`Edit ${project.name}`}
        />
      )}
      {dialog === 'delete' && (
        <FormDialog
          onClose={() => setDialog(null)}
          onSubmit={async () => {
            await run(() => api.delete(path), 'Project deleted', path)
            navigate('/projects')
          }}
          submit="Delete project"
          text="This also deletes its services. You cannot undo this."
          title={`Delete ${project.name}?`}
          variant="danger"
        />
      )}
    </Page>
  )
}
