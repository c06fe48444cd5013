export type { AsymmetricMatcher, Pattern } from './recording/differences.ts'
export type { EventPattern, RecordingOptions, RecordingTrail } from './recording/recording-trail.ts'
export { recordingTrail } from './recording/recording-trail.ts'
