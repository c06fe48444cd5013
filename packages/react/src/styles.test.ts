import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { joinCss } from '../../../tooling/join-css.ts'
import { STATE_ATTRIBUTES } from './parts/states.ts'

const folder = import.meta.dirname
const sheet = joinCss(join(folder, 'styles.css')).replace(/\/\*[\s\S]*?\*\//g, '')
const REGISTRATION = /@property (--whodid-[\w-]+) \{([^}]*)\}/g
const css = sheet.replace(REGISTRATION, '')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'))
const sources = files
  .filter((name) => name.endsWith('.tsx') && !name.endsWith('.test.tsx'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n')

/** Selectors of all rules, without keyframe steps. */
const selectors = [...css.matchAll(/([^{}]+)\{/g)]
  .map(([, text = '']) => text.trim().split(';').at(-1)?.trim() ?? '')
  .filter((text) => text !== '' && !text.startsWith('@') && text !== 'from' && text !== 'to')

/** Splits at commas that are not inside parentheses. */
function splitList(text: string): string[] {
  let depth = 0
  const parts = ['']
  for (const character of text) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0
    if (character === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}

/** Lists the contents of the `:where(…)` groups of a selector. */
function whereGroups(selector: string): string[] {
  const groups: string[] = []
  let rest = selector
  while (rest.startsWith(':where(')) {
    let depth = 0
    const end = [...rest].findIndex((character) => {
      depth += character === '(' ? 1 : character === ')' ? -1 : 0
      return character === ')' && depth === 0
    })
    groups.push(rest.slice(':where('.length, end))
    rest = rest.slice(end + 1).trim()
  }
  return groups
}

test('the sheet is one layer without specificity', () => {
  expect(css.trim()).toMatch(/^@layer whodid \{[\s\S]*\}$/)
  expect(css.match(/@layer/g)).toHaveLength(1)
  expect(css).not.toContain('@import')
  expect(selectors.length).toBeGreaterThan(150)
  for (const selector of selectors) {
    expect(selector.replace(/::[\w-]+/g, ''), selector).toMatch(/^(:where\([\s\S]*\)\s*)+$/)
  }
})

test('every selector is scoped to elements of the kit', () => {
  for (const selector of selectors) {
    const isScoped = whereGroups(selector).some((group) =>
      splitList(group).every((alternative) => /\.whodid(?![\w])/.test(alternative)),
    )
    expect(isScoped, selector).toBe(true)
  }
})

test('every stylesheet is in the list, once', () => {
  const listed = [...readFileSync(join(folder, 'styles.css'), 'utf8').matchAll(/^@import "\.\/([^"]+)"/gm)]
  const others = files.filter((name) => name.endsWith('.css') && name !== 'styles.css')
  expect(listed.map(([, name]) => name).sort()).toEqual(others.sort())
})

test('every class in the sheet is used by a component', () => {
  const styled = new Set([...css.matchAll(/\.(whodid-[\w-]+)/g)].map(([, name]) => name))
  const used = new Set([...sources.matchAll(/'?"?\b(whodid-[a-z-]+)\b/g)].map(([, name]) => name))
  expect([...styled].filter((name) => !used.has(name))).toEqual([])
})

test('every state attribute in the sheet is documented', () => {
  const documented = new Set<string>([...Object.keys(STATE_ATTRIBUTES), 'data-theme'])
  const used = new Set([...css.matchAll(/\[(data-[\w-]+)/g)].map(([, name = '']) => name))
  const layout = new Set(
    'data-column data-quiet data-primary data-outlined data-short data-long data-nested data-muted data-failed data-attempted data-sorted data-highlighted data-popup-open data-starting-style data-ending-style'.split(
      ' ',
    ),
  )
  expect([...used].filter((name) => !documented.has(name) && !layout.has(name))).toEqual([])
})

test('the sheet supports dark mode, reduced motion and right-to-left pages', () => {
  expect(css).toContain('light-dark(')
  expect(css).toContain('prefers-reduced-motion')
  expect(css).not.toMatch(/margin-(left|right)|padding-(left|right)|[^-](left|right):/)
})

test('each light-dark() color is registered with its light value', () => {
  const light = [...css.matchAll(/(--whodid-[\w-]+):[^;{}]*?light-dark\((#\w+|rgb\([^)]*\)),/g)].map(
    ([, ...each]) => each,
  )
  const registered = [...sheet.matchAll(REGISTRATION)].map(([, name, body = '']) => {
    expect(body).toMatch(/syntax: "<color>";\s+inherits: true;/)
    return [name, /initial-value: ([^;]+);/.exec(body)?.[1]]
  })
  expect(light.length).toBeGreaterThan(10)
  expect(Object.fromEntries(registered)).toEqual(Object.fromEntries(light))
})
