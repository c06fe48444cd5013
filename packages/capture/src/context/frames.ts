import { type EventContext, findAction, newId, SYSTEM } from '@whodid/core'
import type { Setting } from '../event/compose.ts'
import { actorOf, type Draft, fold } from '../event/draft.ts'
import type { RunContext } from '../event/inputs.ts'
import { actionOf, areOne, isAddressed } from '../event/merge.ts'
import { acknowledgementOf, type Engine, emitIn, type Frame, type Recorded } from './engine.ts'

const NOWHERE: EventContext = {
  channel: 'system',
  ip: null,
  userAgent: null,
  requestId: null,
  traceId: null,
  method: null,
  route: null,
}

const ALONE: Setting = { actor: SYSTEM, tenant: undefined, context: NOWHERE, causedBy: undefined, scope: undefined }

/** Hands a recorded draft over at once. */
export function recordNow(
  engine: Engine,
  draft: Draft & { readonly action: string },
  setting: Setting | Promise<Setting>,
): Recorded {
  const id = draft.id ?? newId(engine.clock.now())
  const settled = emitIn(engine, { ...draft, id }, setting)
  const isAwaited = acknowledgementOf(findAction(engine.catalog.json, draft.action)) !== 'buffered'
  return { id, settled: isAwaited ? settled : undefined }
}

/** Outside of every request and job. */
export function rootFrame(engine: Engine): Frame {
  return {
    record: (draft) => recordNow(engine, draft, ALONE),
    annotate(draft) {
      const action = actionOf(draft)
      if (isAddressed(draft) && action !== undefined) recordNow(engine, { ...draft, action }, ALONE)
      else {
        engine.warn(
          'annotate() was called outside of a request and a job, without a resource: what it said is lost. Call it within, or use record().',
        )
      }
    },
    setting: () => ALONE,
  }
}

// A job that never ends must not gather annotations for ever.
const HELD_AT_MOST = 1_000

/** A job: annotations wait for its end, so that what is said of one resource is one event. */
export function jobFrame(
  engine: Engine,
  context: RunContext,
  outer: Frame,
): Frame & { end(error?: unknown): void; release(): void } {
  let held: Draft[] = []
  let setting: Setting | Promise<Setting> | undefined

  function known(): Setting | Promise<Setting> {
    if (setting === undefined) {
      const around = outer.setting()
      setting = around instanceof Promise ? around.then((found) => within(found, context)) : within(around, context)
    }
    return setting
  }

  function record(draft: Draft & { readonly action: string }): Recorded {
    let whole = draft
    held = held.filter((other) => {
      if (isAddressed(other) && !areOne(other, draft)) return true
      whole = { ...fold(other, whole), action: draft.action }
      return false
    })
    return recordNow(engine, whole, known())
  }

  function annotate(draft: Draft): void {
    const at = held.findIndex((other) => areOne(other, draft))
    const same = held[at]
    if (same === undefined) held.push(draft)
    else held[at] = fold(same, draft)
    if (held.length > HELD_AT_MOST) tell(held.splice(0, 1))
  }

  function tell(drafts: readonly Draft[], error?: unknown): void {
    const loose = drafts.filter((draft) => !isAddressed(draft))
    const addressed = drafts.filter(isAddressed)
    const subjects = addressed.length > 0 ? addressed : loose.splice(0, 1)
    // What a job that failed wrote is rolled back, for all we know: its first change stands for the attempt.
    const told = error === undefined ? subjects : subjects.slice(0, 1)
    for (const [index, subject] of told.entries()) {
      const whole = index === 0 ? loose.reduce(fold, subject) : subject
      const action = actionOf(whole)
      if (action === undefined) engine.debug?.('job: an annotation without a resource and an action was dropped')
      else recordNow(engine, { ...(error === undefined ? whole : failed(whole, error)), action }, known())
    }
  }

  return {
    record,
    annotate,
    setting: known,
    end: (error) => tell(held.splice(0), error),
    release: () => tell(held.splice(0)),
  }
}

function failed(draft: Draft, error: unknown): Draft {
  const code =
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
      ? error.code
      : undefined
  const message = error instanceof Error ? error.message : String(error)
  return {
    ...draft,
    status: draft.status ?? 'failure',
    error: draft.error ?? { ...(code !== undefined && { code }), message },
    changes: undefined,
  }
}

function within(outer: Setting, context: RunContext): Setting {
  const actor = context.actor === undefined ? outer.actor : actorOf(context.actor)
  const isSystem = actor.type === 'system'
  // The system acts in the request that set it off, but not from that person's address and browser.
  const { requestId, traceId } = outer.context
  const where = isSystem ? { ...NOWHERE, requestId, traceId } : outer.context
  return {
    actor,
    tenant: context.tenant ?? outer.tenant,
    causedBy: context.causedBy ?? outer.causedBy,
    scope: context.scope === undefined ? outer.scope : { ...outer.scope, ...context.scope },
    context: {
      ...where,
      ...(context.channel !== undefined && { channel: context.channel }),
      ...(context.requestId !== undefined && { requestId: context.requestId }),
      ...(context.traceId !== undefined && { traceId: context.traceId }),
    },
  }
}
