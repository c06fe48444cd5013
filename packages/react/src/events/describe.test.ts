import { type Actor, FORMER_USER } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { ENGLISH } from '../text/english.ts'
import { getActorName, getActorTag, getResourceName, isAboutActor } from './describe.ts'

const ada = { type: 'user', id: 'u1', name: 'Ada Lovelace' } as const

function user(overrides: object) {
  return { type: 'user', id: 'u1', name: 'Ada Lovelace', href: null, deleted: false, ...overrides }
}

describe('the resource of a row', () => {
  test('is hidden only if it repeats the name of the actor', () => {
    const about = (overrides: object) => isAboutActor({ actor: ada, resource: user(overrides) }, ENGLISH)
    expect(about({})).toBe(true)
    expect(about({ id: null })).toBe(true)
    expect(about({ id: 'u2' }), 'a namesake').toBe(false)
    expect(about({ name: 'Difference Engine' }), 'a project with the same id').toBe(false)
    expect(about({ deleted: true }), 'a deleted resource').toBe(false)
  })

  test('is its name, or its id, or null', () => {
    expect(getResourceName({ resource: user({}) })).toBe('Ada Lovelace')
    expect(getResourceName({ resource: user({ name: undefined }) })).toBe('u1')
    expect(getResourceName({ resource: user({ name: undefined, id: null }) })).toBeNull()
  })
})

test('an actor has no tag that repeats its name', () => {
  expect(getActorTag({ actor: { type: 'system', id: 'system' } }, ENGLISH)).toBeNull()
  expect(getActorTag({ actor: { type: 'system', id: 'cron', name: 'Nightly backup' } }, ENGLISH)).toBe('System')
  expect(getActorTag({ actor: ada }, ENGLISH)).toBe('User')
})

test('an actor is shown by name, email or id, and a former user by the localized text', () => {
  const getName = (actor: Partial<Actor>) =>
    getActorName({ actor: { type: 'user', id: 'u1', ...actor } }, { ...ENGLISH, formerUser: 'Somebody who left' })
  expect(getName({ name: 'Ada', email: 'ada@acme.test' })).toBe('Ada')
  expect(getName({ email: 'ada@acme.test' })).toBe('ada@acme.test')
  expect(getName({})).toBe('u1')
  expect(getName({ name: FORMER_USER })).toBe('Somebody who left')
})
