/** Verbs that a catalog may have for signing in. */
export const LOGIN_VERBS = [
  'logged_in',
  'login',
  'signed_in',
  'signin',
  'sign_in',
  'log_in',
  'login_succeeded',
] as const

/** Verbs that a catalog may have for a failed attempt at it. */
export const LOGIN_FAILED_VERBS = [
  'login_failed',
  'signin_failed',
  'sign_in_failed',
  'failed_login',
  'logged_in_failed',
] as const

/** Categories in which a catalog may keep what people do with an account. */
export const AUTH_CATEGORIES = [
  'auth',
  'authentication',
  'user',
  'session',
  'account',
  'security',
  'member',
  'password',
] as const
