export type { Capture, Finish } from './capture.ts'
export { createCapture } from './capture.ts'
export type {
  CaptureOptions,
  CreateCaptureOptions,
  Eventually,
  RequestFacts,
  RequestOutcome,
} from './capture-options.ts'
export type { Clock } from './clock.ts'
export type { DeliveryLimits, TrailStats } from './delivery-contract.ts'
export type { HttpOptions } from './http-writer.ts'
export { http } from './http-writer.ts'
export type { ActorInput, Annotation, AnyMetadata, Details, RecordInput, ResourceInput, RunContext } from './inputs.ts'
export type { NodeRequest } from './node-fetch.ts'
export { requestOf, sendResponse } from './node-fetch.ts'
export type { HeaderBag } from './request-context.ts'
export { skipCapture } from './skip.ts'
export type { Trail, TrailOptions } from './trail.ts'
export { createTrail } from './trail.ts'
