import type { Actor, EventContext } from '@whodid/core'

/** A simulated person, with their IP address and browser. */
export interface Persona {
  readonly actor: Actor
  readonly context: Partial<EventContext>
}

const MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36'
const LINUX = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0'
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile Safari/604.1'

function createPersona(id: string, name: string, ip: string, userAgent: string): Persona {
  const email = `${name.split(' ')[0]?.toLowerCase()}@acme.test`
  return { actor: { type: 'user', id, name, email }, context: { channel: 'ui', ip, userAgent } }
}

export const ADA = createPersona('usr_ada', 'Ada Lovelace', '203.0.113.9', MAC)
export const GRACE = createPersona('usr_grace', 'Grace Hopper', '203.0.113.21', LINUX)
export const LINUS = createPersona('usr_linus', 'Linus Torvalds', '198.51.100.7', LINUX)
export const MARGARET = createPersona('usr_margaret', 'Margaret Hamilton', '203.0.113.30', MAC)
export const ALAN = createPersona('usr_alan', 'Alan Turing', '198.51.100.44', PHONE)
export const RADIA = createPersona('usr_radia', 'Radia Perlman', '198.51.100.52', MAC)

/** The people of the simulated week. Radia joins partway through. */
export const PEOPLE: readonly [Persona, ...Persona[]] = [ADA, GRACE, LINUS, MARGARET, ALAN, RADIA]
export const ADMINS: readonly [Persona, ...Persona[]] = [ADA, GRACE, MARGARET]

/** The CI program that deploys. */
export const CI: Persona = {
  actor: { type: 'api_key', id: 'key_ci00000000', name: 'ci' },
  context: { channel: 'api', ip: '192.0.2.80', userAgent: 'acme-deploy/2.3' },
}

export const SYSTEM_PERSONA: Persona = {
  actor: { type: 'system', id: 'system', name: 'System' },
  context: { channel: 'system' },
}

/** An attacker without an account. */
export const STRANGER: Persona = {
  actor: { type: 'user', id: 'anonymous', name: 'Anonymous' },
  context: { channel: 'ui', ip: '192.0.2.66', userAgent: 'python-requests/2.32' },
}
