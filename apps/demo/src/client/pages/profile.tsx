import { useQueryClient } from '@tanstack/react-query'
import { UserActivity } from '@whodid/react'
import { api } from '../api.ts'
import { useAction } from '../data.ts'
import { type Profile, useMe } from '../session.tsx'
import { Avatar } from '../shell.tsx'
import { Form } from '../ui/dialog.tsx'
import { Card, Page } from '../ui/page.tsx'
import { Tabs } from '../ui/tabs.tsx'

const PICTURES = ['violet', 'teal', 'amber', 'rose', 'sky', 'slate']

export default function ProfilePage() {
  const me = useMe()
  const queries = useQueryClient()
  const { run, click } = useAction()
  const keep = (profile: Profile) => queries.setQueryData(['me'], profile)
  return (
    <Page text={me.email} title={me.name}>
      <Tabs
        tabs={{
          Profile: (
            <div className="columns even">
              <Card title="About you">
                <Form
                  fields={[
                    { name: 'name', label: 'Name', value: me.name },
                    { name: 'title', label: 'Title', value: me.title, optional: true },
                  ]}
                  onSubmit={async (values) => keep(await run(() => api.patch<Profile>('/me', values), 'Profile saved'))}
                  submit="Save"
                />
              </Card>
              <Card title="Picture">
                <div className="pictures">
                  {PICTURES.map((picture) => (
                    <button
                      aria-pressed={me.picture === picture}
                      key={picture}
                      onClick={click(
                        async () => keep(await api.put<Profile>('/me/picture', { picture })),
                        'Picture changed',
                      )}
                      type="button"
                    >
                      <span className="sr-only">Use the {picture} picture</span>
                      <Avatar member={{ name: me.name, picture }} size={48} />
                    </button>
                  ))}
                </div>
              </Card>
            </div>
          ),
          Activity: <UserActivity userId={me.id} />,
        }}
      />
    </Page>
  )
}
