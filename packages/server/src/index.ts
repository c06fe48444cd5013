export type { ListOutput } from './reader.ts'
export type { AppRouter } from './trpc.ts'
export type { ExportFormat } from './verbs/export.ts'
