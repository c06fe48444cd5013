export type { ActorInput } from './event/inputs.ts'
export { skipCapture } from './request/context.ts'
export { NOT_RECORDED } from './request/not-recorded.ts'
export type {
  Capture,
  CaptureOptions,
  EndOptions,
  HeaderBag,
  ListedRoute,
  MaybePromise,
  Outcome,
  RequestCapture,
  RequestFacts,
  RequestOutcome,
} from './request/options.ts'
export { countSegments, joinPatterns, nameParams } from './request/pattern.ts'
export type { Trail } from './trail.ts'
