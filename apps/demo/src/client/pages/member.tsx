import { UserActivity } from '@whodid/react'
import { useParams } from 'react-router'
import { useData } from '../data.ts'
import type { PublicMember } from '../session.tsx'
import { Avatar } from '../shell.tsx'
import { Card, formatDay, Page } from '../ui/page.tsx'
import { ROLES } from './members.tsx'

/** One member and their activity, for admins. */
export default function MemberPage() {
  const { id = '' } = useParams()
  const { data: member, error } = useData<PublicMember>(`/members/${id}`)
  if (error) return <Page title="Member">{error.message}</Page>
  if (!member) return <Page title="Member">{null}</Page>
  return (
    <Page text={member.title || member.email} title={member.name}>
      <Card>
        <dl className="facts">
          <div>
            <dt>Member</dt>
            <dd className="person">
              <Avatar member={member} size={28} /> {member.email}
            </dd>
          </div>
          <div>
            <dt>Role</dt>
            <dd>{ROLES[member.role]}</dd>
          </div>
          <div>
            <dt>Joined</dt>
            <dd>{formatDay(member.joinedAt)}</dd>
          </div>
        </dl>
      </Card>
      <UserActivity userId={member.id} />
    </Page>
  )
}
