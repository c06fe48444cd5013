import { type EventContext, newId, SYSTEM } from '@whodid/core'
import { type Attribution, emitLater, getAckMode } from '../event/compose.ts'
import {
  type ActionDraft,
  type Draft,
  getAction,
  hasResource,
  isSameAction,
  mergeDrafts,
  toActor,
} from '../event/draft.ts'
import type { RunContext } from '../event/inputs.ts'
import { toEventError } from '../request/failure.ts'
import type { Engine, Frame, Recorded } from './engine.ts'

const SYSTEM_CONTEXT: EventContext = {
  channel: 'system',
  ip: null,
  userAgent: null,
  requestId: null,
  traceId: null,
  method: null,
  route: null,
}

const SYSTEM_ATTRIBUTION: Attribution = {
  actor: SYSTEM,
  tenant: undefined,
  context: SYSTEM_CONTEXT,
  causedBy: undefined,
  scope: undefined,
}

/** Emits a recorded draft immediately. */
export function recordNow(
  engine: Engine,
  draft: ActionDraft,
  attribution: Attribution | Promise<Attribution>,
): Recorded {
  const id = draft.id ?? newId(engine.clock.now())
  const settled = emitLater(engine, { ...draft, id }, attribution)
  const isBuffered = getAckMode(engine.catalog.json, draft.action) === 'buffered'
  return { id, settled: isBuffered ? undefined : settled }
}

/** Creates the frame outside of every request and job. */
export function createRootFrame(engine: Engine): Frame {
  return {
    record: (draft) => recordNow(engine, draft, SYSTEM_ATTRIBUTION),
    annotate(draft) {
      const action = getAction(draft)
      if (hasResource(draft) && action !== undefined) recordNow(engine, { ...draft, action }, SYSTEM_ATTRIBUTION)
      else {
        engine.warn(
          'annotate() was called outside of a request or job without a resource, so it is ignored: call it inside a request or job, or use record().',
        )
      }
    },
    getAttribution: () => SYSTEM_ATTRIBUTION,
  }
}

/** Maximum annotations that a job holds in memory. The limit matters for jobs that never end. */
const MAX_JOB_ANNOTATIONS = 1_000

/** Creates the frame of a job. Annotations are held until the job ends: those about one resource become one event. */
export function createJobFrame(
  engine: Engine,
  context: RunContext,
  outer: Frame,
): Frame & { end(error?: unknown): void; release(): void } {
  let held: Draft[] = []
  let attribution: Attribution | Promise<Attribution> | undefined

  function getAttribution(): Attribution | Promise<Attribution> {
    if (attribution === undefined) {
      const inherited = outer.getAttribution()
      attribution =
        inherited instanceof Promise
          ? inherited.then((resolved) => mergeContext(resolved, context))
          : mergeContext(inherited, context)
    }
    return attribution
  }

  function record(draft: ActionDraft): Recorded {
    let merged = draft
    held = held.filter((other) => {
      if (hasResource(other) && !isSameAction(other, draft)) return true
      merged = mergeDrafts(other, merged)
      return false
    })
    return recordNow(engine, merged, getAttribution())
  }

  function annotate(draft: Draft): void {
    const index = held.findIndex((other) => isSameAction(other, draft))
    const same = held[index]
    if (same === undefined) held.push(draft)
    else held[index] = mergeDrafts(same, draft)
    if (held.length > MAX_JOB_ANNOTATIONS) emitAnnotations(held.splice(0, 1))
  }

  function emitAnnotations(drafts: readonly Draft[], error?: unknown): void {
    const extras = drafts.filter((draft) => !hasResource(draft))
    const withResource = drafts.filter(hasResource)
    const subjects = withResource.length > 0 ? withResource : extras.splice(0, 1)
    // A failed job probably rolled back its writes, so only the first one is recorded as a failed attempt.
    const events = error === undefined ? subjects : subjects.slice(0, 1)
    for (const [index, subject] of events.entries()) {
      const merged = index === 0 ? extras.reduce(mergeDrafts, subject) : subject
      const action = getAction(merged)
      if (action === undefined) engine.debug?.('job: an annotation without a resource and an action is ignored')
      else recordNow(engine, { ...(error === undefined ? merged : toFailed(merged, error)), action }, getAttribution())
    }
  }

  return {
    outer,
    record,
    annotate,
    getAttribution,
    end: (error) => emitAnnotations(held.splice(0), error),
    release: () => emitAnnotations(held.splice(0)),
  }
}

function toFailed(draft: Draft, error: unknown): Draft {
  const { code, message } = toEventError(error)
  return {
    ...draft,
    status: draft.status ?? 'failure',
    error: draft.error ?? { ...(code !== undefined && { code }), ...(message !== undefined && { message }) },
    changes: undefined,
  }
}

/** Combines the context of a job with the attribution around it. */
function mergeContext(outer: Attribution, context: RunContext): Attribution {
  const actor = context.actor === undefined ? outer.actor : toActor(context.actor)
  const { requestId, traceId } = outer.context
  // System events omit the user's IP address and user agent.
  const origin = actor.type === 'system' ? { ...SYSTEM_CONTEXT, requestId, traceId } : outer.context
  return {
    actor,
    tenant: context.tenant ?? outer.tenant,
    causedBy: context.causedBy ?? outer.causedBy,
    scope: context.scope === undefined ? outer.scope : { ...outer.scope, ...context.scope },
    context: {
      ...origin,
      ...(context.channel !== undefined && { channel: context.channel }),
      ...(context.requestId !== undefined && { requestId: context.requestId }),
      ...(context.traceId !== undefined && { traceId: context.traceId }),
    },
  }
}
