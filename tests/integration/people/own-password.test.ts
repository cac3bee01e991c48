import { afterAll, beforeAll, expect, it } from 'vitest'
import { openOffice, password, type Office } from './support.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice('own-password')
  await office.add('anna')
})
afterAll(() => office.close())

const newPassword = 'another horse, and its battery'

it('Whoever knows their old password changes it: their other sessions end, and only the new one signs in', async () => {
  const here = await office.signIn('anna')
  const there = await office.signIn('anna')
  await office.people.changePassword(here, { oldPassword: password, newPassword })
  expect(office.people.authenticate(here.token).personId).toBe(here.personId)
  expect(() => office.people.authenticate(there.token)).toThrow(
    expect.objectContaining({ code: 'session.revoked' }),
  )
  await expect(office.signIn('anna')).rejects.toMatchObject({ code: 'sign_in.refused' })
  await office.signIn('anna', { password: newPassword })
  const { entries } = await office.people.readAudit({ kind: 'changes' })
  expect(entries).toContainEqual(
    expect.objectContaining({ action: 'person.changed', actor: 'Person anna', changed: ['password'] }),
  )
  expect(JSON.stringify(entries)).not.toContain('horse')
})

it('A wrong old password changes nothing, and after five of them one waits', async () => {
  const ben = await office.add('ben').then(() => office.signIn('ben'))
  const change = (oldPassword: string) => office.people.changePassword(ben, { oldPassword, newPassword })
  for (let attempt = 0; attempt < 5; attempt += 1)
    await expect(change('wrong')).rejects.toMatchObject({ code: 'password.wrong' })
  await expect(change(password)).rejects.toMatchObject({ code: 'sign_in.throttled', retryAfterSeconds: 60 })
  await office.signIn('ben')
  office.clock.now += 61_000
  await change(password)
})
