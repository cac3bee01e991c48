import { expect, it } from 'vitest'
import type { Health } from '../../shared/api.ts'
import { createHearing } from '../journeys/truth/hearing.ts'

/** A server’s health as far as it tells of its one link; null while there is no server. */
function serverOf(state: 'live' | 'lost', since: number) {
  let link: { state: string; since: number } | null = { state, since }
  return {
    health: () => {
      if (link === null) return Promise.reject(new Error('there is no server'))
      return Promise.resolve({ links: [link] } as Health)
    },
    becomes: (next: typeof link) => (link = next),
  }
}

it('a PBX is unheard from the break until the moment at which the server says that its link is live', async () => {
  const server = serverOf('live', 1_000)
  const hearing = createHearing(server.health)
  await hearing.regained()
  expect(hearing.unheard).toEqual([])

  hearing.lost()
  const from = hearing.unheard[0]?.from ?? NaN
  // A server that has not noticed yet, then none, then one that has heard again.
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(hearing.unheard).toEqual([{ from, to: Infinity }])
  server.becomes(null)
  const again = Date.now() + 50
  server.becomes({ state: 'live', since: again })
  await hearing.regained()
  expect(hearing.unheard).toEqual([{ from, to: again / 1000 }])
})
