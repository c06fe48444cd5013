import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

interface TracedFile {
  readonly file: string
  readonly functions: readonly { readonly name: string; readonly calls: number }[]
}

const MAX_FILES = 45

test('one POST passes few files on its way to the stream, and is planned once', async () => {
  const script = fileURLToPath(new URL('./trace-request.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script], {
    env: { ...process.env, NODE_ENV: 'test' },
  })
  const files: readonly TracedFile[] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]')
  expect(files.map(({ file }) => file)).toContain('apps/demo/src/server/routes/projects.ts')
  const capture = files.find(({ file }) => file === 'packages/capture/src/request/plan.ts')
  expect(capture?.functions.find(({ name }) => name === 'createPlan')).toEqual({ name: 'createPlan', calls: 1 })
  expect(files.length, files.map(({ file }) => file).join('\n')).toBeLessThanOrEqual(MAX_FILES)
})
