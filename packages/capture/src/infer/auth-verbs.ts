import { LOGIN_FAILED_VERBS, LOGIN_VERBS } from '@whodid/core'

/** What somebody does with an account, whatever the path calls it. */
export interface AuthAction {
  /** The action when the catalog has none of `names`. */
  readonly fallback: string
  /** Verbs that a catalog may have. */
  readonly names: readonly string[]
  /** Verbs that a catalog may have for a failed attempt. */
  readonly failed: readonly string[]
}

const LOGIN: AuthAction = {
  fallback: 'auth.logged_in',
  names: LOGIN_VERBS,
  failed: LOGIN_FAILED_VERBS,
}
const LOGOUT: AuthAction = {
  fallback: 'auth.logged_out',
  names: ['logged_out', 'logout', 'signed_out', 'signout', 'sign_out', 'log_out'],
  failed: [],
}
const REGISTER: AuthAction = {
  fallback: 'auth.registered',
  names: ['registered', 'register', 'signed_up', 'signup', 'sign_up'],
  failed: ['signup_failed', 'sign_up_failed', 'registration_failed'],
}
const REFRESH: AuthAction = {
  fallback: 'auth.token_refreshed',
  names: ['token_refreshed', 'refreshed', 'refresh', 'session_refreshed', 'renewed'],
  failed: [],
}
const RESET: AuthAction = {
  fallback: 'auth.password_reset',
  names: ['password_reset', 'reset_password', 'password_changed'],
  failed: ['password_reset_failed'],
}
const FORGOT: AuthAction = {
  fallback: 'auth.password_reset_requested',
  names: ['password_reset_requested', 'password_forgotten', 'password_reset'],
  failed: [],
}
const CHANGE: AuthAction = {
  fallback: 'auth.password_changed',
  names: ['password_changed', 'password_updated', 'password_reset'],
  failed: [],
}
const VERIFY: AuthAction = {
  fallback: 'auth.email_verified',
  names: ['email_verified', 'email_confirmed', 'verified', 'confirmed'],
  failed: [],
}

const ALWAYS = new Map<string, AuthAction>([
  ...names('login log_in logon log_on signin sign_in authenticate', LOGIN),
  ...names('logout log_out logoff log_off signout sign_out', LOGOUT),
  ...names('signup sign_up', REGISTER),
  ...names('refresh_token refresh_tokens token_refresh', REFRESH),
  ...names('reset_password password_reset', RESET),
  ...names('forgot_password forgotten_password forgot password_forgot request_password_reset', FORGOT),
  ...names('change_password password_change', CHANGE),
  ...names('verify_email confirm_email email_verification', VERIFY),
])
const AMONG_ACCOUNTS = new Map<string, AuthAction>([
  ...names('register registration', REGISTER),
  ...names('refresh', REFRESH),
  ...names('verify confirm', VERIFY),
])
const ACCOUNT_WORDS = new Set(
  'auth authentication user account session me oauth oauth2 sso identity token credential customer member profile'.split(
    ' ',
  ),
)

function names(list: string, action: AuthAction): [string, AuthAction][] {
  return list.split(' ').map((name) => [name, action])
}

/** What a segment does with an account, given the types that stand before it in the path. */
export function authOf(name: string, before: readonly string[]): AuthAction | undefined {
  const always = ALWAYS.get(name)
  if (always !== undefined) return always
  return before.every((type) => ACCOUNT_WORDS.has(type)) ? AMONG_ACCOUNTS.get(name) : undefined
}
