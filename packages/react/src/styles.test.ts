import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { STATE_ATTRIBUTES } from './parts/states.ts'

const folder = new URL('.', import.meta.url)
const sheet = readFileSync(new URL('styles.css', folder), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
const REGISTRATION = /@property (--whodid-[\w-]+) \{([^}]*)\}/g
const css = sheet.replace(REGISTRATION, '')
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.tsx') && !name.endsWith('.test.tsx'))
  .map((name) => readFileSync(new URL(name.replaceAll('\\', '/'), folder), 'utf8'))
  .join('\n')

/** Every selector of the stylesheet, apart from the steps of animations. */
const selectors = [...css.matchAll(/([^{}]+)\{/g)]
  .map(([, text = '']) => text.trim().split(';').at(-1)?.trim() ?? '')
  .filter((text) => text !== '' && !text.startsWith('@') && text !== 'from' && text !== 'to')

test('is one layer, without specificity, and reaches nothing of the host', () => {
  expect(css.trim()).toMatch(/^@layer whodid \{[\s\S]*\}$/)
  expect(selectors.length).toBeGreaterThan(150)
  for (const selector of selectors) {
    expect(selector.replace(/::[\w-]+/g, ''), selector).toMatch(/^(:where\([\s\S]*\)\s*)+$/)
    expect(selector, 'needs something of the kit in it').toMatch(/whodid|data-kind|data-status|data-column/)
  }
})

test('styles classes that are drawn, and every class that is drawn by a name of the kit', () => {
  const styled = new Set([...css.matchAll(/\.(whodid-[\w-]+)/g)].map(([, name]) => name))
  const drawn = new Set([...sources.matchAll(/'?"?\b(whodid-[a-z-]+)\b/g)].map(([, name]) => name))
  expect([...styled].filter((name) => !drawn.has(name))).toEqual([])
})

test('uses no state attribute that is not documented', () => {
  const documented = new Set<string>([...Object.keys(STATE_ATTRIBUTES), 'data-theme'])
  const used = new Set([...css.matchAll(/\[(data-[\w-]+)/g)].map(([, name = '']) => name))
  const layout = new Set(
    'data-column data-quiet data-primary data-outlined data-short data-long data-nested data-muted data-failed data-attempted data-sorted data-highlighted data-popup-open data-starting-style data-ending-style'.split(
      ' ',
    ),
  )
  expect([...used].filter((name) => !documented.has(name) && !layout.has(name))).toEqual([])
})

test('has a colour scheme for the dark, and moves little for those who asked for that', () => {
  expect(css).toContain('light-dark(')
  expect(css).toContain('prefers-reduced-motion')
  expect(css).not.toMatch(/margin-(left|right)|padding-(left|right)|[^-](left|right):/)
})

test('registers each colour of a scheme with its light one, for pages on which light-dark() was lowered', () => {
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
