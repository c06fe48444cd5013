import type { Kind } from '../event/event.ts'
import { splitWords } from './words.ts'

// Base form, and the past participle where the rules of `toRegularPast` do not give it.
const IRREGULAR_VERBS: { readonly [base: string]: string } = {
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

// Regular verbs whose last consonant is not doubled or doubled against the rule, or whose base ends in a silent e.
const REGULAR_VERBS = (
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

// In two syllables or more the last consonant is doubled only when the stress falls on it.
const DOUBLED_CONSONANT =
  /^(?:embed|submit|commit|transfer|refer|defer|infer|prefer|admit|permit|omit|remit|equip|format|enroll)$/
const SINGLE_CONSONANT = /^(?:format|enroll)$/

function toRegularPast(base: string): string {
  if (base.endsWith('e')) return `${base}d`
  if (/[^aeiou]y$/.test(base)) return `${base.slice(0, -1)}ied`
  if (base.endsWith('c') && base !== 'sync') return `${base}ked`
  const short = /^[^aeiou]*[aeiou][^aeiouwxy]$/.test(base) || /^(?:un|re|de)[^aeiou]+[aeiou][^aeiouwxy]$/.test(base)
  if ((short || DOUBLED_CONSONANT.test(base)) && !SINGLE_CONSONANT.test(base)) return `${base}${base.at(-1)}ed`
  return `${base}ed`
}

const PAST_BY_BASE = new Map<string, string>(Object.entries(IRREGULAR_VERBS))
for (const base of REGULAR_VERBS) {
  const [verb = '', particle] = base.split('_')
  if (!PAST_BY_BASE.has(base))
    PAST_BY_BASE.set(
      base,
      particle === undefined ? toRegularPast(verb) : `${IRREGULAR_VERBS[verb] ?? toRegularPast(verb)}_${particle}`,
    )
}
PAST_BY_BASE.set('shut_down', 'shut_down').set('withhold', 'withheld')

const BASE_BY_PAST = new Map<string, string>()
for (const [base, past] of PAST_BY_BASE) if (!BASE_BY_PAST.has(past)) BASE_BY_PAST.set(past, base)
BASE_BY_PAST.set('cancelled', 'cancel').set('logged_in', 'log_in').set('logged_out', 'log_out')
BASE_BY_PAST.set('signed_in', 'sign_in').set('signed_out', 'sign_out').set('signed_up', 'sign_up')

// What follows a verb without being its object: `mark_seen`, `log_out`.
const PARTICLES = new Set('again all as back default down in now off on out over read seen unread up'.split(' '))

/**
 * The past participle that an action's name wants; of several words the object comes first.
 *
 * @example
 * pastOf('archive') // 'archived'
 * pastOf('send')    // 'sent'
 * pastOf('created') // 'created'
 * pastOf('reset_password') // 'password_reset'
 */
export function toPastTense(verb: string): string {
  const known = PAST_BY_BASE.get(verb)
  if (known !== undefined) return known
  if (BASE_BY_PAST.has(verb) || verb.endsWith('ed')) return verb
  if (!verb.includes('_')) return toRegularPast(verb)
  const first = verb.slice(0, verb.indexOf('_'))
  const last = verb.slice(verb.lastIndexOf('_') + 1)
  if (BASE_BY_PAST.has(last) && !PARTICLES.has(last)) return verb
  if (PAST_BY_BASE.has(last) && !PAST_BY_BASE.has(first)) return `${verb.slice(0, -last.length)}${toPastTense(last)}`
  const rest = verb.slice(first.length + 1)
  return PARTICLES.has(last) ? `${toPastTense(first)}_${rest}` : `${rest}_${toPastTense(first)}`
}

/** The base form of a past participle, where it is known or can be derived: `'archived'` is `'archive'`; else undefined. */
export function toBaseForm(past: string): string | undefined {
  const known = BASE_BY_PAST.get(past)
  if (known !== undefined) return known
  if (/[^aeiou]ied$/.test(past)) return `${past.slice(0, -3)}y`
  if (/([bdgklmnprt])\1ed$/.test(past) && !/(?:ll)ed$/.test(past)) return past.slice(0, -3)
  if (/(?:at|iz|is|[aeiou]v|[cgsvz]|[^aeiou]l|ur|ir|[^aeiou]r|u)ed$/.test(past) && !/ssed$/.test(past))
    return past.slice(0, -1)
  if (/..ed$/.test(past) && !past.endsWith('eed')) return past.slice(0, -2)
  return undefined
}

const KIND_BY_VERB = new Map<string, Kind>()

function setKind(kind: Kind, verbs: string) {
  for (const verb of verbs.split(' ')) KIND_BY_VERB.set(verb, kind)
}

setKind(
  'create',
  'created added issued inserted registered signed_up submitted invited sent joined uploaded imported cloned copied duplicated ' +
    'forked generated provisioned installed enrolled subscribed received placed posted purchased new',
)
setKind(
  'delete',
  'deleted removed destroyed terminated trashed erased purged dropped discarded left uninstalled deprovisioned domain_removed',
)
setKind(
  'update',
  'updated changed edited modified renamed patched replaced saved set unset moved archived unarchived restored recovered ' +
    'enabled disabled activated deactivated reactivated suspended reinstated paused resumed rotated revoked renewed expired ' +
    'locked unlocked blocked unblocked banned unbanned published unpublished approved rejected accepted declined dismissed ' +
    'withdrawn partial confirmed verified assigned unassigned reassigned promoted demoted transferred upgraded downgraded ' +
    'resized scaled attached detached linked unlinked pinned unpinned merged resolved reopened opened closed started ' +
    'restarted stopped completed finished failed succeeded canceled cancelled queued scheduled retried reset quarantined ' +
    'deployed redeployed configured tagged labeled flagged reordered reverted seen marked activating pending processing ' +
    'running removing active inactive trialing past_due unpaid item_added item_removed member_added member_removed ' +
    'cancel_scheduled cancel_reverted delivery_failed',
)
setKind(
  'other',
  'signed_in signed_out logged_in logged_out viewed read exported downloaded delivered delivery_failed charged charge ' +
    'refunded refund reserved reserve alert_fired fired login_failed password_reset synced checked tested',
)

/**
 * What a verb does to its resource. Base forms count as their past participle; of several words the last decides, so
 * `role_changed` is an update. Of two that name a part, `item_added` and `item_removed`, both are updates.
 *
 * @example
 * kindOfVerb('trashed')      // 'delete'
 * kindOfVerb('role_changed') // 'update'
 * kindOfVerb('signin')       // 'other'
 */
export function getVerbKind(verb: string): Kind {
  const name = splitWords(verb).join('_')
  const whole = KIND_BY_VERB.get(name) ?? KIND_BY_VERB.get(PAST_BY_BASE.get(name) ?? '')
  if (whole !== undefined) return whole
  const last = name.slice(name.lastIndexOf('_') + 1)
  const kind = KIND_BY_VERB.get(last)
  if (kind === undefined || last === name) return 'other'
  return last === 'added' || last === 'removed' ? 'update' : kind
}

/** Verbs whose subject is the resource itself: "Member Ada joined". */
export const INTRANSITIVE_VERBS = new Set(
  'joined left failed succeeded expired started restarted stopped completed finished ended happened occurred arrived fired ran crashed resumed recovered'.split(
    ' ',
  ),
)

/** What a resource is, rather than what was done to it: "Subscription Pro is past due". */
export const STATE_WORDS = new Set(
  'active inactive trialing past_due unpaid pending processing running removing partial ready online offline overdue healthy unhealthy available unavailable'.split(
    ' ',
  ),
)
