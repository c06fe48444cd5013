import { type ReactNode, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { api } from '../api.ts'
import { type Profile, useSwitchUser } from '../session.tsx'
import { Form } from '../ui/dialog.tsx'
import { Mark } from '../ui/icons.tsx'

const PEOPLE = [
  ['ada@acme.test', 'Ada Lovelace', 'Owner of Acme'],
  ['grace@acme.test', 'Grace Hopper', 'Admin of Acme'],
  ['linus@acme.test', 'Linus Torvalds', 'Member of Acme'],
  ['eve@umbrella.test', 'Eve Adler', 'Owner of Umbrella'],
] as const

function AuthPage({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <main className="auth">
      <div className="auth-card">
        <p className="brand">
          <Mark size={30} />
          <span>Acme Cloud</span>
        </p>
        <h1>{title}</h1>
        {text && <p className="auth-text">{text}</p>}
        {children}
      </div>
    </main>
  )
}

export function SignIn() {
  const switchPerson = useSwitchUser()
  const [email, setEmail] = useState('')
  const signIn = async (values: Record<string, string>) => switchPerson(await api.post<Profile>('/login', values))
  return (
    <AuthPage text="This is a demo. Pick a user." title="Sign in">
      <ul className="people">
        {PEOPLE.map(([address, name, role]) => (
          <li key={address}>
            <button aria-pressed={email === address} onClick={() => setEmail(address)} type="button">
              <strong>{name}</strong>
              <small>{role}</small>
            </button>
          </li>
        ))}
      </ul>
      <Form
        fields={[
          { name: 'email', label: 'Email', type: 'email', value: email },
          {
            name: 'password',
            label: 'Password',
            type: 'password',
            value: email && 'demo',
            hint: 'Every user has the password "demo".',
          },
        ]}
        key={email}
        onSubmit={signIn}
        submit="Sign in"
      />
      <nav className="auth-links">
        <Link to="/forgot">Forgot your password?</Link>
        <Link to="/signup">Sign up</Link>
      </nav>
    </AuthPage>
  )
}

export function SignUp() {
  const switchPerson = useSwitchUser()
  const navigate = useNavigate()
  const invitation = useSearchParams()[0].get('invitation')
  return (
    <AuthPage
      title={invitation ? 'Join your team' : 'Sign up'}
      {...(invitation && { text: 'You have been invited to join an organization.' })}
    >
      <Form
        fields={[
          { name: 'name', label: 'Your name' },
          { name: 'email', label: 'Email', type: 'email' },
          { name: 'password', label: 'Password', type: 'password' },
          ...(invitation ? [] : [{ name: 'organization', label: 'Organization' }]),
        ]}
        onSubmit={async (values) => {
          const me = await api.post<Profile>('/signup', { ...values, ...(invitation && { invitation }) })
          navigate('/')
          switchPerson(me)
        }}
        submit="Create account"
      />
      <nav className="auth-links">
        <Link to="/">Back to sign-in</Link>
      </nav>
    </AuthPage>
  )
}

export function ForgotPassword() {
  const [sent, setSent] = useState<string | null>(null)
  return (
    <AuthPage text="This demo does not send email. The link appears in its terminal." title="Forgot your password?">
      {sent ? (
        <p role="status">{sent}</p>
      ) : (
        <Form
          fields={[{ name: 'email', label: 'Email', type: 'email' }]}
          onSubmit={async (values) => setSent((await api.post<{ message: string }>('/password-reset', values)).message)}
          submit="Send link"
        />
      )}
      <nav className="auth-links">
        <Link to="/">Back to sign-in</Link>
      </nav>
    </AuthPage>
  )
}

export function ResetPassword() {
  const switchPerson = useSwitchUser()
  const navigate = useNavigate()
  const token = useSearchParams()[0].get('token') ?? ''
  return (
    <AuthPage title="Reset your password">
      <Form
        fields={[{ name: 'password', label: 'New password', type: 'password' }]}
        onSubmit={async (values) => {
          const me = await api.post<Profile>('/password-reset/confirm', { ...values, token })
          navigate('/')
          switchPerson(me)
        }}
        submit="Set password and sign in"
      />
    </AuthPage>
  )
}
