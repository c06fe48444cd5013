import { ActivityCard } from '@whodid/react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Row } from '../../server/records.ts'
import { useItems } from '../data.ts'
import { type PublicMember, useMe } from '../session.tsx'
import { Icon, type IconName } from '../ui/icons.tsx'
import { Card, formatNumber, Page, Status } from '../ui/page.tsx'
import { useBilling } from './billing.tsx'
import type { Project } from './projects.tsx'

export default function Dashboard() {
  const me = useMe()
  const projects = useItems<Project>('/projects')
  const members = useItems<PublicMember>('/members')
  const jobs = useItems<Row<'job'>>('/jobs')
  const { data: billing } = useBilling()
  const active = projects?.filter(({ status }) => status === 'active')
  return (
    <Page text={`Here is what is happening at ${me.organization.name}.`} title={`Hello, ${me.name.split(' ')[0]}`}>
      <div className="numbers">
        <Stat icon="folder" label="Active projects" to="/projects" value={active?.length} />
        <Stat icon="users" label="Members" to="/members" value={members?.length} />
        <Stat
          icon="clock"
          label="Jobs running"
          to="/jobs"
          value={jobs?.filter(({ status }) => status === 'running').length}
        />
        <Stat icon="card" label="Credits" to="/billing" value={billing?.balance} />
      </div>
      <div className="columns even">
        <ActivityCard viewAllHref="/activity" />
        <Card actions={<Link to="/projects">All projects</Link>} title="Projects">
          <ul className="tiles">
            {projects?.slice(0, 6).map(({ id, name, description, status }) => (
              <li key={id}>
                <Link to={`/projects/${id}`}>
                  <Icon name="folder" />
                  <span>
                    <strong>{name}</strong>
                    <small>{description || 'No description.'}</small>
                  </span>
                  <Status value={status} />
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      </div>
    </Page>
  )
}

function Stat({ icon, label, value, to }: { icon: IconName; label: ReactNode; value: number | undefined; to: string }) {
  return (
    <Link className="stat" to={to}>
      <span>
        <Icon name={icon} size={16} />
        {label}
      </span>
      <strong>{value === undefined ? '–' : formatNumber(value)}</strong>
    </Link>
  )
}
