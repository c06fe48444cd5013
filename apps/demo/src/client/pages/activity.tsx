import { ActivityFeed, ActivityFilterScope, ActivityTable } from '@whodid/react'
import { useHasRole } from '../session.tsx'
import { Page } from '../ui/page.tsx'
import { Tabs } from '../ui/tabs.tsx'

export default function Activity() {
  const all = useHasRole('admin')
  return (
    <Page text={all ? 'Everything that happened in your organization.' : 'Everything you did.'} title="Activity">
      <ActivityFilterScope urlSync>
        <Tabs tabs={{ Feed: <ActivityFeed />, Table: <ActivityTable /> }} />
      </ActivityFilterScope>
    </Page>
  )
}
