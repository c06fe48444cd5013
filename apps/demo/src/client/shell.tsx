import { type ReactNode, useEffect, useRef, useState } from 'react'
import { NavLink, useLocation, useNavigate } from 'react-router'
import { api } from './api.ts'
import { useItems } from './data.ts'
import { ConsentBanner } from './pages/consent-banner.tsx'
import { type PublicMember, useHasRole, useMe, useSwitchUser } from './session.tsx'
import { Button } from './ui/button.tsx'
import { Icon, type IconName, Mark } from './ui/icons.tsx'

type Item = readonly [to: string, label: string, icon: IconName, role?: 'admin']

const NAVIGATION: readonly (readonly [group: string, items: readonly Item[]])[] = [
  [
    'Build',
    [
      ['/', 'Dashboard', 'home'],
      ['/projects', 'Projects', 'folder'],
      ['/generations', 'Generations', 'sparkles'],
      ['/jobs', 'Jobs', 'clock'],
    ],
  ],
  [
    'Connect',
    [
      ['/api-keys', 'API keys', 'key', 'admin'],
      ['/webhooks', 'Webhooks', 'webhook', 'admin'],
      ['/domains', 'Domains', 'globe'],
    ],
  ],
  [
    'Organization',
    [
      ['/members', 'Members', 'users'],
      ['/billing', 'Billing', 'card'],
      ['/activity', 'Activity', 'activity'],
      ['/settings', 'Settings', 'settings'],
    ],
  ],
]

/** The layout of every page: sidebar, top bar and content. */
export function Shell({ children }: { children: ReactNode }) {
  const me = useMe()
  const [drawer, setDrawer] = useState(false)
  const { pathname } = useLocation()

  useEffect(() => setDrawer(false), [pathname])

  return (
    <div className="shell" data-drawer={drawer}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <aside className="sidebar">
        <NavLink className="brand" to="/">
          <Mark />
          <span>Acme Cloud</span>
        </NavLink>
        <Navigation />
        <div className="organization">
          <span className="organization-mark">{me.organization.name.charAt(0)}</span>
          <span>
            <strong>{me.organization.name}</strong>
            <small>Your role: {me.role}</small>
          </span>
        </div>
      </aside>
      {drawer && <button aria-label="Close menu" className="scrim" onClick={() => setDrawer(false)} type="button" />}
      <div className="column">
        <header className="topbar">
          <Button
            aria-expanded={drawer}
            aria-label="Menu"
            className="menu-button"
            onClick={() => setDrawer(!drawer)}
            variant="quiet"
          >
            <Icon name="menu" size={20} />
          </Button>
          <NavLink className="brand small" to="/">
            <Mark size={22} />
            <span>Acme Cloud</span>
          </NavLink>
          <div className="topbar-end">
            <ThemeToggle />
            <Bell />
            <UserMenu />
          </div>
        </header>
        <main id="main">{children}</main>
      </div>
      <ConsentBanner />
    </div>
  )
}

function Navigation() {
  const admin = useHasRole('admin')
  return (
    <nav aria-label="Main">
      {NAVIGATION.map(([group, items]) => (
        <div key={group}>
          <h2>{group}</h2>
          <ul>
            {items.map(([to, label, icon, role]) =>
              role && !admin ? null : (
                <li key={to}>
                  <NavLink end={to === '/'} to={to}>
                    <Icon name={icon} />
                    {label}
                  </NavLink>
                </li>
              ),
            )}
          </ul>
        </div>
      ))}
    </nav>
  )
}

function ThemeToggle() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? 'light')
  const other = theme === 'dark' ? 'light' : 'dark'
  return (
    <Button
      aria-label={`Switch to ${other} theme`}
      onClick={() => {
        document.documentElement.dataset.theme = other
        localStorage.setItem('acme-theme', other)
        setTheme(other)
      }}
      variant="quiet"
    >
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
    </Button>
  )
}

function Bell() {
  const unread = useItems<{ id: string }>('/notifications', { refetchMs: 15_000 })?.length ?? 0
  return (
    <NavLink
      aria-label={unread ? `Notifications, ${unread} new` : 'Notifications'}
      className="bell"
      to="/notifications"
    >
      <Icon name="bell" />
      {unread > 0 && <span>{unread > 9 ? '9+' : unread}</span>}
    </NavLink>
  )
}

export function Avatar({ member, size = 32 }: { member: Pick<PublicMember, 'name' | 'picture'>; size?: number }) {
  const initials = member.name
    .split(' ')
    .map((part) => part.charAt(0))
    .slice(0, 2)
    .join('')
  return (
    <span
      aria-hidden="true"
      className="avatar"
      data-picture={member.picture}
      style={{ width: size, height: size, fontSize: size * 0.4 }}
    >
      {initials}
    </span>
  )
}

function UserMenu() {
  const me = useMe()
  const switchPerson = useSwitchUser()
  const menu = useRef<HTMLDivElement>(null)
  const navigate = useNavigate()

  async function signOut() {
    await api.post('/logout')
    navigate('/')
    switchPerson(null)
  }

  return (
    <>
      <button className="user-button" popoverTarget="user-menu" type="button">
        <span className="sr-only">Account menu for {me.name}</span>
        <Avatar member={me} />
      </button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: closes when a link inside is used */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a key press on a link also fires click */}
      <div className="user-menu" id="user-menu" onClick={() => menu.current?.hidePopover()} popover="auto" ref={menu}>
        <p>
          <strong>{me.name}</strong>
          <small>{me.email}</small>
        </p>
        <NavLink to="/profile">Profile</NavLink>
        <NavLink to="/settings">Settings</NavLink>
        <button onClick={signOut} type="button">
          <Icon name="exit" size={16} />
          Sign out
        </button>
      </div>
    </>
  )
}
