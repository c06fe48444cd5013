import type { Kind } from '../event/event.ts'

/** Base forms with the past participles that `toRegularPast` does not derive. */
export const IRREGULAR_VERBS: { readonly [base: string]: string } = {
  begin: 'begun',
  bind: 'bound',
  bring: 'brought',
  build: 'built',
  buy: 'bought',
  choose: 'chosen',
  cut: 'cut',
  do: 'done',
  draw: 'drawn',
  drive: 'driven',
  eat: 'eaten',
  find: 'found',
  forget: 'forgotten',
  freeze: 'frozen',
  get: 'got',
  give: 'given',
  go: 'gone',
  hide: 'hidden',
  hold: 'held',
  keep: 'kept',
  leave: 'left',
  lend: 'lent',
  log_in: 'logged_in',
  log_out: 'logged_out',
  login: 'logged_in',
  logout: 'logged_out',
  lose: 'lost',
  make: 'made',
  meet: 'met',
  overwrite: 'overwritten',
  pay: 'paid',
  put: 'put',
  read: 'read',
  rebuild: 'rebuilt',
  refreeze: 'refrozen',
  resend: 'resent',
  reset: 'reset',
  rewrite: 'rewritten',
  run: 'run',
  sell: 'sold',
  send: 'sent',
  set: 'set',
  sign_in: 'signed_in',
  sign_out: 'signed_out',
  sign_up: 'signed_up',
  signin: 'signed_in',
  signout: 'signed_out',
  signup: 'signed_up',
  split: 'split',
  spend: 'spent',
  start: 'started',
  swap: 'swapped',
  sync: 'synced',
  take: 'taken',
  undo: 'undone',
  unfreeze: 'unfrozen',
  unset: 'unset',
  win: 'won',
  withdraw: 'withdrawn',
  write: 'written',
}

/** Verbs whose participle `toRegularPast` derives. Used to find the base form of a participle. */
export const REGULAR_VERBS = (
  'accept access acknowledge activate add adjust allow amend announce annotate append apply appoint approve archive assign ' +
  'associate attach authenticate authorize award back_up ban block boost bookmark cancel capture certify change charge check ' +
  'claim clean clear clone close collect comment commit compare complete compress configure confirm connect consume convert ' +
  'copy create credit deactivate debit decline decrease decrypt dedupe delay delegate delete deliver demote deny deploy ' +
  'deprecate deprovision describe destroy detach disable discard disconnect dismiss dispatch dispute dissociate download ' +
  'downgrade drain drop duplicate edit elect embed enable encrypt end enqueue enroll enter erase escalate evaluate exceed ' +
  'exclude execute expire expose export extend fail favorite fetch fill filter finalize finish fire flag flush follow force ' +
  'fork forward fund generate grant group handle hire ignore impersonate import include increase index initiate insert ' +
  'inspect install invalidate invite invoice issue join label launch like link list load lock mark measure mention merge ' +
  'migrate modify monitor mount move mute name notify offer open order pack park patch pause pin place plan play post ' +
  'prepare process promote propose provision publish pull purchase purge push quarantine queue quote rate reach react ' +
  'reactivate reassign reboot receive reclaim recommend reconcile reconnect record recover redeem redeploy redirect reduce ' +
  'refer refresh refund refuse regenerate register reinstate reject release reload remind remove rename renew reopen reorder ' +
  'replace replay reply report request require rerun reserve resize resolve respond restart restore restrict resume retire ' +
  'retrieve retry return revert review revise revoke rotate route sanction save scale scan schedule seal search select ' +
  'separate share ship show shut_down simulate skip snooze star stop store submit subscribe succeed suspend tag terminate ' +
  'test toggle track transfer transform translate trash trigger trust unarchive unassign unban unblock uncheck unfollow ' +
  'uninstall unlike unlink unlock unmute unpin unpublish unstar unsubscribe update upgrade upload use validate verify view ' +
  'visit void vote waive warn watch withhold'
).split(' ')

/** Words that follow a verb without being its object: `mark_seen`, `log_out`. */
export const PARTICLES = new Set('again all as back default down in now off on out over read seen unread up'.split(' '))

/** Past participles by kind. A verb in two lists has the later kind. */
export const VERBS_BY_KIND: { readonly [kind in Kind]: string } = {
  create:
    'created added issued inserted registered signed_up submitted invited sent joined uploaded imported cloned copied duplicated ' +
    'forked generated provisioned installed enrolled subscribed received placed posted purchased new',
  delete:
    'deleted removed destroyed terminated trashed erased purged dropped discarded left uninstalled deprovisioned domain_removed',
  update:
    'updated changed edited modified renamed patched replaced saved set unset moved archived unarchived restored recovered ' +
    'enabled disabled activated deactivated reactivated suspended reinstated paused resumed rotated revoked renewed expired ' +
    'locked unlocked blocked unblocked banned unbanned published unpublished approved rejected accepted declined dismissed ' +
    'withdrawn partial confirmed verified assigned unassigned reassigned promoted demoted transferred upgraded downgraded ' +
    'resized scaled attached detached linked unlinked pinned unpinned merged resolved reopened opened closed started ' +
    'restarted stopped completed finished failed succeeded canceled cancelled queued scheduled retried reset quarantined ' +
    'deployed redeployed configured tagged labeled flagged reordered reverted seen marked activating pending processing ' +
    'running removing active inactive trialing past_due unpaid item_added item_removed member_added member_removed ' +
    'cancel_scheduled cancel_reverted delivery_failed',
  other:
    'signed_in signed_out logged_in logged_out viewed read exported downloaded delivered delivery_failed charged charge ' +
    'refunded refund reserved reserve alert_fired fired login_failed password_reset synced checked tested',
}

/** Verbs whose subject is the resource: "Member Ada joined". */
export const INTRANSITIVE_VERBS = new Set(
  'joined left failed succeeded expired started restarted stopped completed finished ended happened occurred arrived fired ran crashed resumed recovered'.split(
    ' ',
  ),
)

/** Verbs that name a state of the resource: "Subscription Pro is past due". */
export const STATE_WORDS = new Set(
  'active inactive trialing past_due unpaid pending processing running removing partial ready online offline overdue healthy unhealthy available unavailable'.split(
    ' ',
  ),
)

/** Verbs for a successful sign-in. */
export const LOGIN_VERBS = [
  'logged_in',
  'login',
  'signed_in',
  'signin',
  'sign_in',
  'log_in',
  'login_succeeded',
] as const

/** Verbs for a failed sign-in. */
export const LOGIN_FAILED_VERBS = [
  'login_failed',
  'signin_failed',
  'sign_in_failed',
  'failed_login',
  'logged_in_failed',
] as const

/** Categories for what people do with their account. */
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
