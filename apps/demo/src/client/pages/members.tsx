import { useState } from 'react'
import { Link } from 'react-router'
import { api } from '../api.ts'
import { useAction, useItems } from '../data.ts'
import { type PublicMember, useHasRole, useMe } from '../session.tsx'
import { Avatar } from '../shell.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, FormDialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Card, formatDay, List, Page } from '../ui/page.tsx'

interface Invitation {
  readonly id: string
  readonly email: string
  readonly role: string
  readonly invitedBy: string
}

export const ROLES = { member: 'Member', admin: 'Admin', owner: 'Owner' }

export default function Members() {
  const me = useMe()
  const admin = useHasRole('admin')
  const members = useItems<PublicMember>('/members')
  const { run, click } = useAction()
  const [dialog, setDialog] = useState<'invite' | { role: PublicMember } | { remove: PublicMember } | null>(null)
  const [link, setLink] = useState<string | null>(null)
  const close = () => setDialog(null)
  return (
    <Page
      actions={
        admin && (
          <Button onClick={() => setDialog('invite')} variant="primary">
            <Icon name="plus" size={16} />
            Invite
          </Button>
        )
      }
      text={`The people in ${me.organization.name} and their roles.`}
      title="Members"
    >
      <Card>
        <List
          columns={[
            {
              header: 'Member',
              cell: (member) => (
                <span className="person">
                  <Avatar member={member} />
                  <span>
                    {admin ? (
                      <Link className="strong" to={`/members/${member.id}`}>
                        {member.name}
                      </Link>
                    ) : (
                      <span className="strong">{member.name}</span>
                    )}
                    <small>{member.email}</small>
                  </span>
                </span>
              ),
            },
            { header: 'Title', cell: ({ title }) => title, wideOnly: true },
            { header: 'Role', cell: ({ role }) => ROLES[role] },
            { header: 'Joined', cell: ({ joinedAt }) => formatDay(joinedAt), wideOnly: true },
            {
              header: 'Actions',
              align: 'end',
              cell: (member) =>
                admin && (
                  <div className="row-actions">
                    <Button onClick={() => setDialog({ role: member })}>Change role</Button>
                    <Button onClick={() => setDialog({ remove: member })} variant="danger">
                      Remove
                    </Button>
                  </div>
                ),
            },
          ]}
          empty="No members."
          label="Members"
          rows={members}
        />
      </Card>
      {admin && (
        <Invitations onRevoke={(id) => click(() => api.delete(`/members/invitations/${id}`), 'Invitation revoked')} />
      )}
      {dialog === 'invite' && (
        <FormDialog
          fields={[
            { name: 'email', label: 'Email', type: 'email' },
            { name: 'role', label: 'Role', options: ROLES },
          ]}
          onClose={close}
          onSubmit={async (values) =>
            setLink(
              (await run(() => api.post<{ link: string }>('/members/invitations', values), 'Invitation sent')).link,
            )
          }
          submit="Send invitation"
          title="Invite a member"
        />
      )}
      {dialog && dialog !== 'invite' && 'role' in dialog && (
        <FormDialog
          fields={[{ name: 'role', label: 'Role', options: ROLES, value: dialog.role.role }]}
          onClose={close}
          onSubmit={(values) => run(() => api.patch(`/members/${dialog.role.id}`, values), 'Role changed')}
          submit="Change role"
          title={`Change role of ${dialog.role.name}`}
        />
      )}
      {dialog && dialog !== 'invite' && 'remove' in dialog && (
        <FormDialog
          onClose={close}
          onSubmit={() => run(() => api.delete(`/members/${dialog.remove.id}`), 'Member removed')}
          submit="Remove"
          text="They are signed out immediately. Their activity stays in the log."
          title={`Remove ${dialog.remove.name}?`}
          variant="danger"
        />
      )}
      {link && (
        <Dialog onClose={() => setLink(null)} title="Invitation">
          <div className="form">
            <p className="dialog-text">This demo does not send email. Open this link in another browser:</p>
            <code className="secret">{location.origin + link}</code>
          </div>
        </Dialog>
      )}
    </Page>
  )
}

function Invitations({ onRevoke }: { onRevoke: (id: string) => () => void }) {
  const invitations = useItems<Invitation>('/members/invitations')
  if (!invitations?.length) return null
  return (
    <Card title="Invitations">
      <List
        columns={[
          { header: 'Email', cell: ({ email }) => <span className="strong">{email}</span> },
          { header: 'Role', cell: ({ role }) => role },
          { header: 'Invited by', cell: ({ invitedBy }) => invitedBy, wideOnly: true },
          {
            header: 'Actions',
            align: 'end',
            cell: ({ id }) => (
              <Button onClick={onRevoke(id)} variant="danger">
                Revoke
              </Button>
            ),
          },
        ]}
        empty={null}
        label="Invitations"
        rows={invitations}
      />
    </Card>
  )
}
