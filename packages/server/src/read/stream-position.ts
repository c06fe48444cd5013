import { WhodidError } from '@whodid/core'

/** What names a place may be: a seq, or for all tenants eight characters for the name of each and its seq. */
export const STREAM_POSITION_PATTERN = /^(\d{1,15}|all(\.[\w-]{8}[\da-z]{1,10})+)$/
/** Each id holds a place in every tenant, and has to fit into a header. */
const MAX_TENANTS = 200
const LABEL_LENGTH = 8

/** A place in the ledger of each of some tenants, in words that a client can keep. */
export interface StreamPositions {
  /** The seq of a tenant; undefined when the id does not know the tenant. */
  parse(id: string): (tenantId: string) => number | undefined
  format(seqs: ReadonlyMap<string, number>): string
}

/** Stands for a tenant in an id: names would make it long. */
async function createLabel(tenantId: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(tenantId)))
  return btoa(String.fromCharCode(...hash.subarray(0, (LABEL_LENGTH * 6) / 8)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

function invalidPosition(why: string) {
  return new WhodidError('invalid_input', `${why}: begin again without it.`)
}

/**
 * Makes ids of places: the seq itself for one tenant, and one for all of several.
 * Throws `invalid_input` for more than 200 tenants, and reading throws it for an id of the other kind.
 */
export async function createStreamPositions(tenants: readonly string[], isMultiTenant: boolean): Promise<StreamPositions> {
  if (tenants.length > MAX_TENANTS) {
    throw new WhodidError(
      'invalid_input',
      `At most ${MAX_TENANTS} tenants are read at once in this way: read some of them, with tenant=….`,
    )
  }
  const labels = new Map<string, string>()
  for (const tenantId of tenants) labels.set(tenantId, await createLabel(tenantId))
  return {
    parse(id) {
      const places = id.startsWith('all.')
      if (!places && isMultiTenant && id !== '0') throw invalidPosition('The id of the place is that of one tenant')
      if (places && !isMultiTenant) throw invalidPosition('The id of the place is that of all tenants')
      if (!places) return () => Number(id)
      const seqs = new Map(
        id
          .slice('all.'.length)
          .split('.')
          .map((place) => [place.slice(0, LABEL_LENGTH), Number.parseInt(place.slice(LABEL_LENGTH), 36)]),
      )
      return (tenantId) => seqs.get(labels.get(tenantId) ?? '')
    },
    format: (seqs) =>
      isMultiTenant
        ? ['all', ...[...seqs].map(([tenantId, seq]) => `${labels.get(tenantId)}${seq.toString(36)}`)].join('.')
        : String([...seqs.values()][0]),
  }
}
