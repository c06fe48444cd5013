import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import {
  ActivityCard,
  ActivityDetails,
  ActivityExport,
  ActivityFeed,
  ActivityFilters,
  ActivityProvider,
  ActivityTable,
  ActivityToasts,
  ResourceHistory,
  UserActivity,
} from './index.ts'

function never() {
  return new Promise<Response>(() => {})
}

test('all components render on a server, without a window or requests', () => {
  let requests = 0
  const html = renderToString(
    <StrictMode>
      <ActivityProvider
        url="/activity"
        locale="en"
        theme="dark"
        fetch={() => {
          requests += 1
          return never()
        }}
      >
        <ActivityFilters />
        <ActivityFeed />
        <ActivityTable />
        <ActivityCard viewAllHref="/activity" />
        <ActivityExport />
        <ActivityDetails eventId={null} />
        <ResourceHistory type="project" id="p1" />
        <UserActivity userId="u1" />
        <ActivityToasts />
      </ActivityProvider>
    </StrictMode>,
  )
  expect(html).toContain('role="tablist"')
  expect(html.match(/aria-label="Loading activity"/g)).toHaveLength(5)
  expect(html).toContain('data-whodid-theme="dark"')
  expect(requests).toBe(0)
})

test('a component outside of a provider throws with the fix', () => {
  expect(() => renderToString(<ActivityFeed />)).toThrow(/<ActivityProvider url="\/activity">/)
})
