import { ActivityProvider, type ActivityProviderProps, ActivityToasts } from '@whodid/react'
import { lazy, Suspense } from 'react'
import { Link, Navigate, Route, Routes, useLocation } from 'react-router'
import { ForgotPassword, ResetPassword, SignIn, SignUp } from './pages/sign-in.tsx'
import { SessionProvider, useProfile } from './session.tsx'
import { Shell } from './shell.tsx'

const Dashboard = lazy(() => import('./pages/dashboard.tsx'))
const Projects = lazy(() => import('./pages/projects.tsx'))
const Project = lazy(() => import('./pages/project.tsx'))
const Generations = lazy(() => import('./pages/generations.tsx'))
const Jobs = lazy(() => import('./pages/jobs.tsx'))
const ApiKeys = lazy(() => import('./pages/api-keys.tsx'))
const Webhooks = lazy(() => import('./pages/webhooks.tsx'))
const Domains = lazy(() => import('./pages/domains.tsx'))
const Members = lazy(() => import('./pages/members.tsx'))
const MemberPage = lazy(() => import('./pages/member.tsx'))
const Billing = lazy(() => import('./pages/billing.tsx'))
const Orders = lazy(() => import('./pages/orders.tsx'))
const Activity = lazy(() => import('./pages/activity.tsx'))
const Notifications = lazy(() => import('./pages/notifications.tsx'))
const Settings = lazy(() => import('./pages/settings.tsx'))
const Profile = lazy(() => import('./pages/profile.tsx'))

const renderLink: ActivityProviderProps['renderLink'] = ({ href, ...rest }) => <Link to={href} {...rest} />

function getEventUrl(id: string) {
  return `${location.origin}/activity?event=${id}`
}

/** The pages of Acme Cloud. Signed-out visitors see the sign-in pages. */
export function App() {
  const me = useProfile()
  const { pathname } = useLocation()
  if (me === undefined) return <div aria-busy="true" className="booting" />
  if (me === null) {
    return (
      <Routes>
        <Route element={<SignUp />} path="/signup" />
        <Route element={<ForgotPassword />} path="/forgot" />
        <Route element={<ResetPassword />} path="/reset" />
        <Route element={<SignIn />} path="*" />
      </Routes>
    )
  }
  return (
    <SessionProvider key={me.id} me={me}>
      <ActivityProvider getEventHref={getEventUrl} renderLink={renderLink} url="/activity">
        <Shell>
          <Suspense fallback={<div aria-busy="true" className="page" />} key={pathname}>
            <Routes>
              <Route element={<Dashboard />} index />
              <Route element={<Projects />} path="/projects" />
              <Route element={<Project />} path="/projects/:id" />
              <Route element={<Generations />} path="/generations" />
              <Route element={<Jobs />} path="/jobs" />
              <Route element={<ApiKeys />} path="/api-keys" />
              <Route element={<Webhooks />} path="/webhooks" />
              <Route element={<Domains />} path="/domains" />
              <Route element={<Members />} path="/members" />
              <Route element={<MemberPage />} path="/members/:id" />
              <Route element={<Billing />} path="/billing" />
              <Route element={<Orders />} path="/billing/orders" />
              <Route element={<Activity />} path="/activity" />
              <Route element={<Notifications />} path="/notifications" />
              <Route element={<Settings />} path="/settings" />
              <Route element={<Profile />} path="/profile" />
              <Route element={<Navigate replace to="/" />} path="*" />
            </Routes>
          </Suspense>
        </Shell>
        <ActivityToasts />
      </ActivityProvider>
    </SessionProvider>
  )
}
