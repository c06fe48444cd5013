import { WhodidError } from '@whodid/core'

/** Matches a stream position: a seq for one tenant, or `all` with an 8-character label and a seq per tenant. */
export const STREAM_POSITION_PATTERN = /^(\d{1,15}|all(\.[\w-]{8}[\da-z]{1,10})+)$/
// A position over several tenants has to fit in a header.
const MAX_TENANTS = 200
const LABEL_LENGTH = 8

/** Parses and formats stream positions: the resume tokens (`Last-Event-ID`, `upTo`) with a seq per tenant. */
export interface StreamPositions {
  /** Returns a function that finds the seq of a tenant, or undefined if the position does not contain that tenant. */
  parse(position: string): (tenantId: string) => number | undefined
  format(seqs: ReadonlyMap<string, number>): string
}

/** Creates a short label for a tenant, because names would make positions long. */
async function createLabel(tenantId: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(tenantId)))
  return btoa(String.fromCharCode(...hash.subarray(0, (LABEL_LENGTH * 6) / 8)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

function createPositionError(reason: string) {
  return new WhodidError('invalid_input', `${reason}: start again without it.`)
}

/**
 * Creates a parser and formatter of positions. The position of one tenant is the seq itself.
 * Throws `invalid_input` for more than 200 tenants. `parse` throws it for a position of the other kind.
 */
export async function createStreamPositions(
  tenants: readonly string[],
  isMultiTenant: boolean,
): Promise<StreamPositions> {
  if (tenants.length > MAX_TENANTS) {
    throw new WhodidError(
      'invalid_input',
      `This request supports at most ${MAX_TENANTS} tenants: select one with tenant=….`,
    )
  }
  const labels = new Map<string, string>()
  for (const tenantId of tenants) labels.set(tenantId, await createLabel(tenantId))
  return {
    parse(position) {
      const hasLabels = position.startsWith('all.')
      if (!hasLabels && isMultiTenant && position !== '0') {
        throw createPositionError('This position belongs to a request for one tenant')
      }
      if (hasLabels && !isMultiTenant) throw createPositionError('This position belongs to a request for all tenants')
      if (!hasLabels) return () => Number(position)
      const seqs = new Map(
        position
          .slice('all.'.length)
          .split('.')
          .map((part) => [part.slice(0, LABEL_LENGTH), Number.parseInt(part.slice(LABEL_LENGTH), 36)]),
      )
      return (tenantId) => seqs.get(labels.get(tenantId) ?? '')
    },
    format: (seqs) =>
      isMultiTenant
        ? ['all', ...[...seqs].map(([tenantId, seq]) => `${labels.get(tenantId)}${seq.toString(36)}`)].join('.')
        : String([...seqs.values()][0]),
  }
}
