import { newId } from '@whodid/core'
import { expect, test } from 'vitest'
import { event, openService } from '../test/acme.ts'
import { person } from '../test/api.ts'

test('what is counted and sorted no further than 10,000 says so, over several tenants too', async () => {
  await using service = await openService()
  const first = Date.parse('2026-01-01T00:00:00Z')
  for (let begin = 0; begin <= 10_000; begin += 1_000) {
    const count = Math.min(1_000, 10_001 - begin)
    await service.append(Array.from({ length: count }, (_, index) => event({ id: newId(first + begin + index) })))
  }
  await service.append([event({ tenantId: 'umbrella' })])
  const list = async (query: string) => {
    const request = new Request(`http://localhost/activity/api/v1/events?limit=1&${query}`, {
      headers: person('both'),
    })
    const response = await service.fetch(request, { basePath: '/activity' })
    const { total, windowed } = (await response?.json()) ?? {}
    return { total, windowed }
  }
  const total = { value: 10_000, exact: false }
  expect(await list('tenant=*')).toEqual({ total, windowed: false })
  expect(await list('tenant=*&sort=actor')).toEqual({ total, windowed: true })
  expect(await list('tenant=acme&sort=actor')).toEqual({ total, windowed: true })
  expect(await list('tenant=umbrella&sort=actor')).toEqual({ total: { value: 1, exact: true }, windowed: false })
})
