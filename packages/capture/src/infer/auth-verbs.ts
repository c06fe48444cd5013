import { LOGIN_FAILED_VERBS, LOGIN_VERBS } from '@whodid/core/language'

/** An action on an account, such as signing in, and the verbs that a catalog may use for it. */
export interface AuthAction {
  /** The action when the catalog declares none of `names`. */
  readonly fallback: string
  /** Verbs of a success. */
  readonly names: readonly string[]
  /** Verbs of a failed attempt. */
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
const REQUEST_PASSWORD_RESET: AuthAction = {
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

const ACTIONS = new Map<string, AuthAction>([
  ...toEntries('login log_in logon log_on signin sign_in authenticate', LOGIN),
  ...toEntries('logout log_out logoff log_off signout sign_out', LOGOUT),
  ...toEntries('signup sign_up', REGISTER),
  ...toEntries('refresh_token refresh_tokens token_refresh', REFRESH),
  ...toEntries('reset_password password_reset', RESET),
  ...toEntries(
    'forgot_password forgotten_password forgot password_forgot request_password_reset',
    REQUEST_PASSWORD_RESET,
  ),
  ...toEntries('change_password password_change', CHANGE),
  ...toEntries('verify_email confirm_email email_verification', VERIFY),
])
const ACTIONS_AFTER_ACCOUNT = new Map<string, AuthAction>([
  ...toEntries('register registration', REGISTER),
  ...toEntries('refresh', REFRESH),
  ...toEntries('verify confirm', VERIFY),
])
const ACCOUNT_WORDS = new Set(
  'auth authentication user account session me oauth oauth2 sso identity token credential customer member profile'.split(
    ' ',
  ),
)

function toEntries(list: string, action: AuthAction): [string, AuthAction][] {
  return list.split(' ').map((name) => [name, action])
}

/** Finds the account action of a path segment, given the types before it in the path. */
export function findAuthAction(name: string, before: readonly string[]): AuthAction | undefined {
  const action = ACTIONS.get(name)
  if (action !== undefined) return action
  return before.every((type) => ACCOUNT_WORDS.has(type)) ? ACTIONS_AFTER_ACCOUNT.get(name) : undefined
}
