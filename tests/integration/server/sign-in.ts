import { expect, vi } from 'vitest'
import type { Me } from '../../../shared/people.ts'
import { password } from '../people/support.ts'
import type { ServerProcess } from './process.ts'

/** Somebody who is signed in: who they are, and what their requests carry. */
export interface SignedIn {
  me: Me
  headers: { cookie: string; 'x-csrf-token': string; 'content-type': 'application/json' }
}

/** Signs in somebody of the tests' office, as soon as the server lets them. */
export async function signIn(server: ServerProcess, signInName: string): Promise<SignedIn> {
  const url = await server.address()
  const answer = await vi.waitFor(
    async () => {
      const tried = await fetch(`${url}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ signInName, password }),
      })
      expect(tried.ok, server.output()).toBe(true)
      return tried
    },
    { timeout: 20_000, interval: 100 },
  )
  const me = (await answer.json()) as Me
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  const headers = { cookie, 'x-csrf-token': me.csrfToken, 'content-type': 'application/json' as const }
  return { me, headers }
}
