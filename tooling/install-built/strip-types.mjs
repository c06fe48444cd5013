import { transformWithOxc } from 'vite'
import { readCode } from './readme.mjs'

/** Returns a TypeScript block of the README as JavaScript. */
export async function stripTypes(file) {
  const { code } = await transformWithOxc(readCode(file), file)
  return code.replace(/(from ".*)\.ts"/g, '$1.js"')
}
