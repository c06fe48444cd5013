import { useRef, useState } from 'react'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useItems } from '../data.ts'
import { useHasRole } from '../session.tsx'
import { Button } from '../ui/button.tsx'
import { FormDialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Card, List, Page, Status } from '../ui/page.tsx'

type Job = Row<'job'>

const RUNNERS = { container: 'Container', flaky: 'Low-memory container (fails)', legacy: 'Legacy runner (crashes)' }
const SCHEDULES = { manual: 'Manual', hourly: 'Hourly', nightly: 'Nightly' }

export default function Jobs() {
  const jobs = useItems<Job>('/jobs', { refetchMs: 3_000 })
  const { run, click } = useAction()
  const admin = useHasRole('admin')
  const [dialog, setDialog] = useState<'new' | Job | null>(null)
  const edited = dialog === 'new' ? null : dialog
  const close = () => setDialog(null)
  const fields = [
    { name: 'name', label: 'Name', value: edited?.name ?? '' },
    { name: 'runner', label: 'Runner', options: RUNNERS, value: edited?.runner ?? 'container' },
    { name: 'schedule', label: 'Schedule', options: SCHEDULES, value: edited?.schedule ?? 'manual' },
  ]
  return (
    <Page
      actions={
        <Button onClick={() => setDialog('new')} variant="primary">
          <Icon name="plus" size={16} />
          New job
        </Button>
      }
      text="Tasks that run in the background."
      title="Jobs"
    >
      <Card>
        <List
          columns={[
            {
              header: 'Job',
              cell: ({ name, input }) => (
                <>
                  <span className="strong">{name}</span>
                  {input && <small>Input: {input}</small>}
                </>
              ),
            },
            { header: 'Runner', cell: ({ runner }) => RUNNERS[runner], wideOnly: true },
            { header: 'Schedule', cell: ({ schedule }) => schedule, wideOnly: true },
            { header: 'Status', cell: ({ status }) => <Status value={status} /> },
            {
              header: 'Actions',
              align: 'end',
              cell: (job) => (
                <div className="row-actions">
                  {job.status === 'running' ? (
                    <Button onClick={click(() => api.post(`/jobs/${job.id}/cancel`), 'Job canceled')}>Cancel</Button>
                  ) : (
                    <Button onClick={click(() => api.post(`/jobs/${job.id}/run`), 'Job started')}>Run</Button>
                  )}
                  <Upload job={job} />
                  <Button onClick={() => setDialog(job)}>Edit</Button>
                  {admin && (
                    <Button onClick={click(() => api.delete(`/jobs/${job.id}`), 'Job deleted')} variant="danger">
                      Delete
                    </Button>
                  )}
                </div>
              ),
            },
          ]}
          empty="No jobs yet."
          label="Jobs"
          rows={jobs}
        />
      </Card>
      {dialog && (
        <FormDialog
          fields={fields}
          onClose={close}
          onSubmit={(values) =>
            edited
              ? run(() => api.patch(`/jobs/${edited.id}`, values), 'Job saved')
              : run(() => api.post('/jobs', values), 'Job created')
          }
          submit={edited ? 'Save' : 'Create job'}
          title={edited ? `Edit ${edited.name}` : 'New job'}
        />
      )}
    </Page>
  )
}

function Upload({ job }: { job: Job }) {
  const input = useRef<HTMLInputElement>(null)
  const { click } = useAction()
  return (
    <>
      <input
        aria-label={`Input file for ${job.name}`}
        hidden
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          if (file) click(() => api.upload(`/jobs/${job.id}/input`, file), 'Input uploaded')()
          currentTarget.value = ''
        }}
        ref={input}
        type="file"
      />
      <Button onClick={() => input.current?.click()}>Upload</Button>
    </>
  )
}
