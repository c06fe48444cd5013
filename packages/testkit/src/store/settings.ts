import { createHash, randomUUID } from 'node:crypto'
import type { ApiKey } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { newTenant, type StoreUnderTest } from './events.ts'

function hashKey(key: string) {
  return new Uint8Array(createHash('sha256').update(key).digest())
}

function createKey(tenantId: string, key: Partial<ApiKey> = {}): ApiKey {
  return {
    id: randomUUID(),
    tenantId,
    name: 'CI "main"',
    scopes: ['ingest', 'read'],
    createdAt: '2026-11-20T10:00:00.123Z',
    createdBy: 'ada',
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    ...key,
  }
}

/** Tests keys, revocations and retention settings. */
export function testSettings(subject: () => StoreUnderTest): void {
  describe('keys', () => {
    test('are found by hash and listed by tenant, newest first', async () => {
      const { keys } = subject().store
      const [tenantId, other] = [newTenant(), newTenant()]
      const older = createKey(tenantId, { expiresAt: '2027-01-01T00:00:00.000Z' })
      const newer = createKey(tenantId, { createdAt: '2026-11-21T10:00:00.000Z', scopes: [] })
      const sharedKey = createKey('*')
      for (const key of [older, newer, sharedKey]) await keys.add({ ...key, hash: hashKey(key.id) })
      expect(await keys.list(tenantId)).toEqual([newer, older])
      expect(await keys.list(other)).toEqual([])
      expect(await keys.list('*')).toContainEqual(sharedKey)
      for (const key of [older, newer, sharedKey]) expect(await keys.find(hashKey(key.id))).toEqual(key)
      expect(await keys.find(hashKey('no such key'))).toBeNull()
    })

    test('need a unique id and a unique hash', async () => {
      const { keys } = subject().store
      const tenantId = newTenant()
      const key = createKey(tenantId)
      await keys.add({ ...key, hash: hashKey(key.id) })
      await expect(keys.add({ ...key, hash: hashKey('other') })).rejects.toThrow()
      await expect(keys.add({ ...createKey(tenantId), hash: hashKey(key.id) })).rejects.toThrow()
      expect(await keys.list(tenantId)).toEqual([key])
    })

    test('are revoked once, by their own tenant, and remain listed', async () => {
      const { keys } = subject().store
      const tenantId = newTenant()
      const key = createKey(tenantId)
      await keys.add({ ...key, hash: hashKey(key.id) })
      expect(await keys.revoke(newTenant(), key.id, '2026-11-21T00:00:00.000Z')).toBeNull()
      expect(await keys.revoke(tenantId, 'unknown', '2026-11-21T00:00:00.000Z')).toBeNull()
      expect(await keys.find(hashKey(key.id))).toEqual(key)
      const revoked = { ...key, revokedAt: '2026-11-22T00:00:00.000Z' }
      expect(await keys.revoke(tenantId, key.id, '2026-11-22T00:00:00.000Z')).toEqual(revoked)
      expect(await keys.revoke(tenantId, key.id, '2026-11-23T00:00:00.000Z')).toEqual(revoked)
      expect(await keys.find(hashKey(key.id))).toEqual(revoked)
      expect(await keys.list(tenantId)).toEqual([revoked])
    })

    test('store the last use by minute, at most once a minute, and never an earlier time', async () => {
      const { store, query } = subject()
      const tenantId = newTenant()
      const key = createKey(tenantId)
      await store.keys.add({ ...key, hash: hashKey(key.id) })
      const row = async () =>
        (await query('select xmin::text as version, last_used_at from whodid.api_keys where id = $1', [key.id]))[0]
      await store.keys.markUsed(key.id, '2026-11-21T10:00:07.000Z')
      const first = await row()
      expect(first?.last_used_at).toEqual(new Date('2026-11-21T10:00:00.000Z'))
      await store.keys.markUsed(key.id, '2026-11-21T10:00:59.999Z')
      await store.keys.markUsed(key.id, '2026-11-21T09:00:00.000Z')
      expect(await row()).toEqual(first)
      await store.keys.markUsed(key.id, '2026-11-21T10:01:00.000Z')
      expect((await store.keys.find(hashKey(key.id)))?.lastUsedAt).toBe('2026-11-21T10:01:00.000Z')
      await store.keys.markUsed('unknown', '2026-11-21T10:00:00.000Z')
    })
  })

  describe('revocations', () => {
    const expiresAt = '2026-11-22T00:00:00.000Z'
    const at = '2026-11-21T10:00:00.000Z'

    test('revoke one token or all earlier tokens of a viewer, in one tenant', async () => {
      const { revocations } = subject().store
      const tenantId = newTenant()
      const token = { tenantId, id: 't1', viewerId: 'ada', issuedAt: '2026-11-21T09:59:59.000Z' }
      expect(await revocations.has(token)).toBe(false)
      await revocations.add({ tenantId, token: 't1', viewerId: null, at, expiresAt })
      expect(await revocations.has(token)).toBe(true)
      expect(await revocations.has({ ...token, tenantId: newTenant() })).toBe(false)
      expect(await revocations.has({ ...token, id: 't2' })).toBe(false)
      await revocations.add({ tenantId, token: null, viewerId: 'ada', at, expiresAt })
      expect(await revocations.has({ ...token, id: 't2' })).toBe(true)
      expect(await revocations.has({ ...token, id: 't2', issuedAt: at })).toBe(false)
      expect(await revocations.has({ ...token, id: 't2', viewerId: 'grace' })).toBe(false)
      expect(await revocations.has({ ...token, id: 't2', tenantId: newTenant() })).toBe(false)
    })

    test('need a token or a viewer, and are deleted after they expire', async () => {
      const { store, query } = subject()
      const tenantId = newTenant()
      for (const value of [null, 'x']) {
        const revocation = { tenantId, token: value, viewerId: value, at, expiresAt }
        await expect(store.revocations.add(revocation)).rejects.toMatchObject({ code: 'invalid_input' })
      }
      await store.revocations.add({ tenantId, token: 't1', viewerId: null, at, expiresAt })
      await store.revocations.add({
        tenantId,
        token: 't2',
        viewerId: null,
        at: '2026-11-23T00:00:00.000Z',
        expiresAt: '2026-11-24T00:00:00.000Z',
      })
      expect(await query('select token from whodid.revocations where tenant_id = $1', [tenantId])).toEqual([
        { token: 't2' },
      ])
    })
  })

  describe('retention', () => {
    test('is the last setting of the tenant', async () => {
      const { retention } = subject().store
      const tenantId = newTenant()
      expect(await retention.get(tenantId)).toBeNull()
      await retention.set(tenantId, { days: 90, legalHold: false })
      expect(await retention.get(tenantId)).toEqual({ days: 90, legalHold: false })
      await retention.set(tenantId, { days: null, legalHold: true })
      expect(await retention.get(tenantId)).toEqual({ days: null, legalHold: true })
      expect(await retention.get(newTenant())).toBeNull()
    })
  })
}
