export type { Clock } from './delivery/clock.ts'
export type { HttpOptions } from './delivery/http.ts'
export { http } from './delivery/http.ts'
export type { DeliveryLimits, TrailStats } from './delivery/options.ts'
export type {
  ActorInput,
  Annotation,
  AnyMetadata,
  Details,
  RecordInput,
  ResourceInput,
  RunContext,
} from './event/inputs.ts'
export type { Capture, CaptureOptions, Outcome, RequestCapture, RequestOutcome } from './request/options.ts'
export type { Trail, TrailOptions } from './trail.ts'
export { createTrail } from './trail.ts'
