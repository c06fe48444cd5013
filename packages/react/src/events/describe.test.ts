import { type Actor, FORMER_USER } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { ENGLISH } from '../text/english.ts'
import { getActorName, getActorTag, getResourceName, isAboutActor } from './describe.ts'

const ada = { type: 'user', id: 'u1', name: 'Ada Lovelace' } as const

function user(given: object) {
  return { type: 'user', id: 'u1', name: 'Ada Lovelace', href: null, deleted: false, ...given }
}

describe('the resource of a row', () => {
  test('is left out only where it says the name of the actor again', () => {
    const about = (given: object) => isAboutActor({ actor: ada, resource: user(given) }, ENGLISH)
    expect(about({})).toBe(true)
    expect(about({ id: null })).toBe(true)
    expect(about({ id: 'u2' }), 'a namesake').toBe(false)
    expect(about({ name: 'Difference Engine' }), 'a project with the same id').toBe(false)
    expect(about({ deleted: true }), 'says that it is gone').toBe(false)
  })

  test('is its name, its id, or nothing', () => {
    expect(getResourceName({ resource: user({}) })).toBe('Ada Lovelace')
    expect(getResourceName({ resource: user({ name: undefined }) })).toBe('u1')
    expect(getResourceName({ resource: user({ name: undefined, id: null }) })).toBeNull()
  })
})

test('an actor is not tagged with what it is called', () => {
  expect(getActorTag({ actor: { type: 'system', id: 'system' } }, ENGLISH)).toBeNull()
  expect(getActorTag({ actor: { type: 'system', id: 'cron', name: 'Nightly backup' } }, ENGLISH)).toBe('System')
  expect(getActorTag({ actor: ada }, ENGLISH)).toBe('User')
})

test('an actor is their name, their address or their id, and a former user in the words of the viewer', () => {
  const drawn = (actor: Partial<Actor>) =>
    getActorName({ actor: { type: 'user', id: 'u1', ...actor } }, { ...ENGLISH, formerUser: 'Somebody who left' })
  expect(drawn({ name: 'Ada', email: 'ada@acme.test' })).toBe('Ada')
  expect(drawn({ email: 'ada@acme.test' })).toBe('ada@acme.test')
  expect(drawn({})).toBe('u1')
  expect(drawn({ name: FORMER_USER })).toBe('Somebody who left')
})
