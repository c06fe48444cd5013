export { skipCapture } from './request/context.ts'
