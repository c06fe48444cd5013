import { randomUUID } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'

/**
 * Returns the path of a file or folder that the test files of a run share. Created on first use. If two files
 * create it at the same time, the first to finish is kept.
 */
export async function getSharedPath(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(inject('runFolder'), name)
  if (existsSync(path)) return path
  const draft = `${path}.${randomUUID()}`
  await make(draft)
  try {
    renameSync(draft, path)
  } catch (error) {
    if (!existsSync(path)) throw error
    rmSync(draft, { recursive: true })
  }
  return path
}
