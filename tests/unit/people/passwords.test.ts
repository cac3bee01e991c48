import { describe, expect, it } from 'vitest'
import { hashPassword, verifyPassword } from '../../../server/people/passwords.ts'

describe('a password', () => {
  it('is kept by argon2id with 19 MiB and two passes, salted', async () => {
    const [one, other] = [await hashPassword('correct horse'), await hashPassword('correct horse')]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(other)
  })

  it('is verified, and nobody’s is never right', async () => {
    const hash = await hashPassword('correct horse')
    expect(await verifyPassword(hash, 'correct horse')).toBe(true)
    expect(await verifyPassword(hash, 'wrong horse')).toBe(false)
    expect(await verifyPassword(undefined, 'nobody has this password')).toBe(false)
  })
})
