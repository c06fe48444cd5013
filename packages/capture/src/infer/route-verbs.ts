// cspell:ignore favourite unfavourite synchronise
import { toBaseForm, toPastTense } from '@whodid/core/language'

function toSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '))
}

/** Words that are verbs anywhere in a path. */
const VERBS = toSet(
  'accept acknowledge activate add apply approve archive assign attach authorize ban block bookmark bulk_update cancel ' +
    'capture change claim clear clone close complete confirm connect convert copy create deactivate decline delete ' +
    'demote deploy destroy detach disable disconnect discard dismiss dispatch downgrade download duplicate edit empty ' +
    'enable encrypt end enroll erase execute expire export extend fail favorite favourite finalize finish flag follow ' +
    'freeze generate grant hide impersonate import increment ingest install invalidate invite join kick launch leave ' +
    'like link lock mark merge migrate modify mount move mute notify pause pin process promote provision publish purge ' +
    'push react reactivate reassign reboot rebuild recalculate recover redeem redeploy refresh regenerate register ' +
    'reindex reinstate reject release reload remove rename renew reopen reorder replace replay replicate report repost ' +
    'resend reserve reset resize resolve restart restore restrict resume retire retry retweet revert revoke rollback ' +
    'roll_back rotate run save scale schedule send set share shut_down shutdown sign simulate skip snooze sort split ' +
    'star start stop submit subscribe suspend sync synchronize synchronise terminate toggle track transfer trash ' +
    'trigger unarchive unassign unban unblock uncheck undelete undo unfavorite unfavourite unfollow unfreeze unhide ' +
    'uninstall unlike unlink unlock unmount unmute unpin unpublish unshare unstar unsubscribe unsuspend unwatch update ' +
    'upgrade upload upsert verify vote upvote downvote waive watch withdraw write',
)

/** Words that are verbs right after an id in a POST, and may be nouns elsewhere: `/articles/:id/comment`. */
const VERBS_AFTER_ID = toSet(
  'abort adjust advance allocate amend analyze appeal assess audit award backfill boost build bump charge check comment ' +
    'compile compress configure contact credit debit debug decrypt defer delegate dispute distribute drain drop elevate ' +
    'email enqueue enrich escalate evict expand fetch fix flush forward fork fulfil fulfill halt handle hibernate hire ' +
    'ignore increase init inspect interrupt invoice invoke issue kill log mail message nudge offboard onboard open order ' +
    'override pay ping poke post prepare print probe pull queue quarantine quote rate read rebalance recompute reconcile ' +
    'reconnect redo refund remind repair repeat reprocess request rerun reschedule resync retrain retract reverse review ' +
    'revise scan score scrub seal seed seen select settle ship signal silence sleep stall step swap tag test train ' +
    'translate transcode tune uninvite unlist unmerge unpause unschedule unset unsnooze untag vacate view void wake warm ' +
    'wipe withhold',
)
const NOUNS_ENDING_IN_ATE = toSet(
  'affiliate aggregate candidate certificate coordinate date estate gate mandate plate rate state template',
)

/** Words of requests that only read, even over POST. */
const READS = toSet(
  'aggregate autocomplete calculate count diff dry_run estimate exists fetch filter find get health healthcheck ' +
    'heartbeat keepalive list load lookup ping preview query queries search searches suggest suggestions typeahead ' +
    'validate check_availability beacon telemetry metrics csp_report',
)
const READ_PREFIXES = toSet(
  'check find fetch filter get list load lookup preview query search validate count calculate estimate',
)

const BATCH_WORDS = toSet('bulk batch mass multi multiple many')

/** Verbs that DELETE reverses: `DELETE /users/:id/follow` is `unfollow`. */
const OPPOSITES: { readonly [verb: string]: string } = {
  activate: 'deactivate',
  attach: 'detach',
  connect: 'disconnect',
  enable: 'disable',
  favorite: 'unfavorite',
  favourite: 'unfavourite',
  install: 'uninstall',
  join: 'leave',
  pause: 'resume',
  grant: 'revoke',
  invite: 'uninvite',
  ...Object.fromEntries(
    'archive assign ban block bookmark flag follow freeze hide like link lock mount mute pin publish share snooze star subscribe suspend upvote vote watch'
      .split(' ')
      .map((verb) => [verb, `un${verb}`]),
  ),
}

/** Synonyms of create, update and delete. */
const PLAIN_VERBS: { readonly [verb: string]: 'created' | 'updated' | 'deleted' } = {
  create: 'created',
  add: 'created',
  new: 'created',
  delete: 'deleted',
  destroy: 'deleted',
  remove: 'deleted',
  discard: 'deleted',
  edit: 'updated',
  modify: 'updated',
  save: 'updated',
  set: 'updated',
  change: 'updated',
  update: 'updated',
  upsert: 'updated',
  write: 'updated',
}

/** Participles that a catalog may use instead of each other. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['created', 'added', 'issued', 'new'],
  ['updated', 'changed', 'edited', 'modified', 'saved'],
  ['deleted', 'removed', 'destroyed', 'revoked'],
  ['run', 'started', 'launched', 'triggered', 'executed'],
  ['stopped', 'terminated', 'shut_down', 'cancelled', 'canceled'],
  ['cancelled', 'canceled', 'cancel', 'aborted'],
  ['rotated', 'regenerated', 'rolled', 'renewed'],
  ['cloned', 'duplicated', 'copied', 'forked'],
  ['enabled', 'activated', 'resumed'],
  ['disabled', 'deactivated', 'suspended', 'paused'],
  ['unarchived', 'restored', 'recovered', 'undeleted'],
  ['invited', 'sent', 'created'],
  ['finished', 'completed'],
  ['left', 'removed', 'deleted'],
  ['joined', 'added', 'accepted'],
  ['restarted', 'rebooted'],
]

/** Types of verbs without a noun. */
const IMPLIED_TYPES: { readonly [verb: string]: string } = {
  upload: 'file',
  ...Object.fromEntries(
    'ban unban block unblock follow unfollow kick mute unmute impersonate suspend unsuspend invite promote demote'
      .split(' ')
      .map((verb) => [verb, 'user']),
  ),
}

/**
 * Returns the base form of a verb segment: `archive` for `archive` and `archived`. Accepts more words where a verb is
 * expected: right after an id in a POST.
 */
export function parseVerb(name: string, isExpected: boolean): string | undefined {
  if (VERBS.has(name) || (isExpected && (VERBS_AFTER_ID.has(name) || hasVerbSuffix(name)))) return name
  if (name === 'new') return 'create'
  const base = name.endsWith('ed') || name.endsWith('en') ? toBaseForm(name) : undefined
  return base !== undefined && VERBS.has(base) ? base : undefined
}

function hasVerbSuffix(name: string): boolean {
  return /^[a-z]{3,}(?:ate|ify|i[sz]e)$/.test(name) && !NOUNS_ENDING_IN_ATE.has(name)
}

/** Splits a verb and its object: `delete-user-file`, `changeRole`. */
export function parseCompoundVerb(
  words: readonly string[],
): { readonly verb: string; readonly object: readonly string[] } | undefined {
  const [first = '', second = '', ...rest] = words
  if (words.length < 2) return undefined
  if (VERBS.has(`${first}_${second}`)) return { verb: `${first}_${second}`, object: rest }
  if (VERBS.has(first) || first === 'charge' || first === 'pay' || first === 'test')
    return { verb: first, object: words.slice(1) }
  return undefined
}

/** Checks if the words of a segment only read: `search`, `get-status`. */
export function isReadSegment(words: readonly string[]): boolean {
  return (
    READS.has(words.join('_')) ||
    (words.length > 1 && READ_PREFIXES.has(words[0] ?? '')) ||
    (words.length > 1 && words.at(-1) === 'search')
  )
}

/** Checks for words such as `bulk` and `batch`. */
export function isBatchWord(word: string): boolean {
  return BATCH_WORDS.has(word)
}

/** Returns the opposite verb: `unfollow` for `follow`. */
export function getOppositeVerb(verb: string): string | undefined {
  return OPPOSITES[verb]
}

/** Converts a synonym of create, update or delete to its participle. */
export function toPlainVerb(verb: string): 'created' | 'updated' | 'deleted' | undefined {
  return PLAIN_VERBS[verb]
}

/** Returns the type of a verb without a noun: `user` for `ban`. */
export function getImpliedType(verb: string): string | undefined {
  return IMPLIED_TYPES[verb]
}

/** Returns the verbs that a catalog may use for an action, the most likely one first. */
export function getActionVerbs(verb: string): readonly string[] {
  const past = toPastTense(verb)
  const synonyms = SYNONYMS.filter((group) => group.includes(past)).flat()
  return [...new Set([past, verb, ...synonyms])]
}
