import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { roles } from '../../../shared/people.ts'
import type { ProblemError } from '../../../shared/problems.ts'
import { openOffice, password, type Office } from './support.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice('people')
  await office.add('boss', { roles: ['admin'] })
  await office.add('anna', { extension: '201' })
  await office.add('ben')
})
afterAll(() => office.close())
beforeEach(async () => {
  for (const person of office.people.management.list()) {
    await office.people.management.endSessionsOf(person.personId, null)
  }
  office.told.length = 0
})

const personIdOf = (signInName: string) =>
  office.people.management.list().find((person) => person.signInName === signInName)?.personId ?? ''

describe('signing in', () => {
  it('gives a session that holds, with the rights of the roles', async () => {
    const anna = await office.signIn('anna')
    expect(office.people.authenticate(anna.token).personId).toBe(personIdOf('anna'))
    expect(anna.rights.has('card.read')).toBe(true)
    expect(anna.rights.has('people.manage')).toBe(false)
  })

  it('keeps neither the token nor the password in the database', async () => {
    const { token } = await office.signIn('anna')
    for (const name of ['sessions', 'persons', 'audit']) {
      const stored = JSON.stringify(await office.database.collection(name).find().toArray())
      expect(stored).not.toContain(token)
      expect(stored).not.toContain(password)
    }
  })

  it.each([
    ['a wrong password', { signInName: 'anna', password: 'wrong horse battery' }],
    ['an unknown name', { signInName: 'nobody', password }],
  ])('refuses %s with the same words', async (_what, request) => {
    await expect(office.people.signIn(request, '127.0.0.1')).rejects.toMatchObject({
      code: 'sign_in.refused',
    })
  })

  it('throttles a name after ten wrong passwords from one place, even for the right one, and says how long to wait', async () => {
    await office.add('carl')
    const from = (address: string, word: string) =>
      office.people.signIn({ signInName: 'carl', password: word }, address)
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await expect(from('10.0.0.1', 'x')).rejects.toMatchObject({ code: 'sign_in.refused' })
    }
    await expect(from('10.0.0.1', password)).rejects.toMatchObject({
      code: 'sign_in.throttled',
      retryAfterSeconds: 30,
    })
    // A stranger who knows a name does not keep its owner out.
    await expect(from('10.0.0.2', password)).resolves.toBeDefined()
    office.clock.now += 30_000
    await expect(from('10.0.0.1', password)).resolves.toBeDefined()
  })

  it('lets nobody keep a person out from one address, however often they try the name', async () => {
    await office.add('nina')
    const codes = new Map<string, number>()
    for (let attempt = 0; attempt < 400; attempt += 1) {
      await office.people
        .signIn({ signInName: 'nina', password: 'x' }, '10.0.0.66')
        .catch((error: unknown) => {
          const { code } = error as ProblemError
          codes.set(code, (codes.get(code) ?? 0) + 1)
        })
      if (attempt >= 200) office.clock.now += 1_000
    }
    expect(codes.get('sign_in.throttled')).toBeGreaterThan(300)
    const nina = office.people.signIn({ signInName: 'nina', password }, '10.0.0.2')
    await expect(nina).resolves.toBeDefined()
    // Nor a neighbour at that address.
    const anna = office.people.signIn({ signInName: 'anna', password }, '10.0.0.66')
    await expect(anna).resolves.toBeDefined()
  })

  it('throttles a name that is tried from everywhere', async () => {
    await office.add('delia')
    const attempt = (n: number) =>
      office.people
        .signIn({ signInName: 'delia', password: 'x' }, `10.1.${Math.floor(n / 100)}.${n % 100}`)
        .catch((error: unknown) => error)
    const answers = await Promise.all(Array.from({ length: 201 }, (_, n) => attempt(n)))
    const codes = answers.map((answer) => (answer as { code: string }).code)
    expect(codes.filter((code) => code === 'sign_in.throttled')).toHaveLength(1)
  })

  it('throttles an address that tries many names', async () => {
    const attempt = (n: number) =>
      office.people
        .signIn({ signInName: `guess-${n}`, password: 'x' }, '10.9.9.9')
        .catch((error: unknown) => error)
    const answers = await Promise.all(Array.from({ length: 51 }, (_, n) => attempt(n)))
    const codes = answers.map((answer) => (answer as { code: string }).code)
    expect(codes.filter((code) => code === 'sign_in.refused')).toHaveLength(50)
    expect(codes.filter((code) => code === 'sign_in.throttled')).toHaveLength(1)
  })
})

describe('a session', () => {
  it('ends when the person signs out, and says so', async () => {
    const anna = await office.signIn('anna')
    await office.people.signOut(anna)
    expect(() => office.people.authenticate(anna.token)).toThrow(
      expect.objectContaining({ code: 'session.revoked' }),
    )
    expect(office.told).toContainEqual({
      type: 'session.ended',
      sessionId: anna.sessionId,
      personId: anna.personId,
      reason: 'signedOut',
    })
  })

  it('expires when it was not used for an hour, and the desk is free again', async () => {
    const anna = await office.signIn('anna')
    office.clock.now += 59 * 60_000
    expect(office.people.authenticate(anna.token).extension).toBe('201')
    office.clock.now += 61 * 60_000
    expect(() => office.people.authenticate(anna.token)).toThrow(
      expect.objectContaining({ code: 'session.revoked' }),
    )
    await vi.waitFor(() => {
      expect(office.told).toContainEqual({ type: 'desk.changed', extension: '201', personId: null })
    }, 3_000)
  })

  it('expires after twelve hours, however much it is used', async () => {
    const anna = await office.signIn('anna')
    for (let hour = 0; hour < 24; hour += 1) {
      office.clock.now += 30 * 60_000
      office.people.touch(anna.sessionId)
    }
    expect(() => office.people.authenticate(anna.token)).toThrow(
      expect.objectContaining({ code: 'session.revoked' }),
    )
  })

  it('ends within a second when another process ends it', async () => {
    const anna = await office.signIn('anna')
    const other = await office.otherProcess()
    office.told.length = 0
    await other.people.management.endSessionsOf(anna.personId, null)
    await vi.waitFor(() => {
      expect(office.told).toContainEqual(
        expect.objectContaining({ type: 'session.ended', reason: 'revoked' }),
      )
    }, 1_000)
    await other.stop()
  })

  it('survives a restart of the server', async () => {
    const anna = await office.signIn('anna')
    const other = await office.otherProcess()
    expect(other.people.authenticate(anna.token)).toMatchObject({ personId: anna.personId, extension: '201' })
    await other.stop()
  })

  it('is never one of more than ten of a person', async () => {
    const sessions = []
    for (let n = 0; n < 11; n += 1) sessions.push(await office.signIn('ben'))
    expect(sessions.map(({ sessionId }) => office.people.isLive(sessionId))).toEqual([
      false,
      ...Array.from({ length: 10 }, () => true),
    ])
  })
})

describe('a desk', () => {
  it('is the usual one when none is asked for', async () => {
    expect((await office.signIn('anna')).extension).toBe('201')
    expect((await office.signIn('ben')).extension).toBeNull()
    expect(office.people.directory()).toContainEqual({
      extension: '201',
      interfaces: ['PJSIP/201', 'PJSIP/201-web'],
      personId: personIdOf('anna'),
    })
  })

  it('that is the usual one and another’s is not taken; its owner is told who has it, until they sit', async () => {
    const ben = await office.signIn('ben', { extension: '201' })
    const anna = await office.signIn('anna')
    expect(anna.extension).toBeNull()
    expect(office.people.me(anna).usualDeskTaken).toEqual({ extension: '201', by: 'Person ben' })
    expect(office.people.me(ben).usualDeskTaken).toBeNull()

    await office.people.takeDesk(anna, '202')
    expect(office.people.me(anna).usualDeskTaken).toBeNull()
    await office.people.takeDesk(anna, null)
    await office.people.takeDesk(ben, null)
    expect(office.people.me(anna).usualDeskTaken).toBeNull()
  })

  it('and who has it is not told to a person who may use none', async () => {
    await office.add('mara', { roles: ['marketing'], extension: '201' })
    await office.signIn('ben', { extension: '201' })
    expect(office.people.me(await office.signIn('mara')).usualDeskTaken).toBeNull()
  })

  it('that is shared is taken by signing in, and nobody else can take it', async () => {
    await office.signIn('ben', { extension: '202' })
    await expect(office.signIn('anna', { extension: '202' })).rejects.toMatchObject({ code: 'desk.taken' })
    expect(office.people.personAt('202')).toBe(personIdOf('ben'))
  })

  it('refused leaves no session behind', async () => {
    await office.signIn('ben', { extension: '202' })
    office.told.length = 0
    await office.signIn('anna', { extension: '202' }).catch(() => undefined)
    expect(office.told.filter((change) => change.type === 'session.ended')).toHaveLength(1)
  })

  it('is left for another, and the old one is free', async () => {
    const anna = await office.signIn('anna')
    await office.people.takeDesk(anna, '202')
    expect(office.people.personAt('201')).toBeNull()
    expect(office.people.deskOf(anna.personId)).toBe('202')
    await office.people.takeDesk(anna, null)
    expect(office.people.deskOf(anna.personId)).toBeNull()
  })

  it('goes to one of two who want it at once', async () => {
    const [anna, ben] = [await office.signIn('anna'), await office.signIn('ben')]
    const outcomes = await Promise.allSettled([
      office.people.takeDesk(anna, '202'),
      office.people.takeDesk(ben, '202'),
    ])
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('that does not exist is refused', async () => {
    const anna = await office.signIn('anna')
    await expect(office.people.takeDesk(anna, '999')).rejects.toMatchObject({ code: 'desk.unknown' })
  })

  it('is not for a role without the right', async () => {
    await expect(office.signIn('boss', { extension: '201' })).rejects.toMatchObject({ code: 'right.missing' })
  })
})

describe('rights', () => {
  it('of every role are in the database from the first start', () => {
    expect(
      office.people.management
        .listRoles()
        .map(({ role }) => role)
        .sort(),
    ).toEqual([...roles].sort())
  })

  it('taken from a role are gone at once, for those who are signed in too', async () => {
    const anna = await office.signIn('anna')
    const before = office.people.management.listRoles().find(({ role }) => role === 'agent')?.rights ?? []
    await office.people.management.changeRole('agent', ['card.read'], null)
    expect(office.told).toContainEqual({ type: 'person.changed', personId: anna.personId })
    expect(office.told).toContainEqual({ type: 'desk.changed', extension: '201', personId: null })
    expect([...office.people.authenticate(anna.token).rights]).toEqual(['card.read'])
    await office.people.management.changeRole('agent', before, null)
  })

  it('cannot be taken from the last who manages people', async () => {
    const { management } = office.people
    const lastOne = { code: 'person.last_manager' }
    await expect(management.changeRole('admin', ['health.read'], null)).rejects.toMatchObject(lastOne)
    await expect(management.change(personIdOf('boss'), { active: false }, null)).rejects.toMatchObject(
      lastOne,
    )
    await expect(management.change(personIdOf('boss'), { roles: ['agent'] }, null)).rejects.toMatchObject(
      lastOne,
    )
  })

  it('changed are kept in the audit trail, by ids alone', async () => {
    await office.people.management.change(
      personIdOf('ben'),
      { displayName: 'Benjamin Vale' },
      personIdOf('boss'),
    )
    const trail = await office.database
      .collection('audit')
      .find({ subjectId: personIdOf('ben') })
      .toArray()
    expect(trail).toContainEqual(
      expect.objectContaining({
        action: 'person.changed',
        actorId: personIdOf('boss'),
        changed: ['displayName'],
      }),
    )
    expect(JSON.stringify(trail)).not.toContain('Vale')
  })
})

describe('a person', () => {
  it('has a sign-in name of their own', async () => {
    await expect(office.add('anna')).rejects.toMatchObject({ code: 'person.exists' })
  })

  it('whose password is set anew is signed out everywhere', async () => {
    const personId = await office.add('dora')
    const dora = await office.signIn('dora')
    await office.people.management.change(personId, { password: 'another horse battery' }, null)
    expect(office.people.isLive(dora.sessionId)).toBe(false)
    await expect(office.signIn('dora')).rejects.toMatchObject({ code: 'sign_in.refused' })
    await expect(office.signIn('dora', { password: 'another horse battery' })).resolves.toBeDefined()
  })

  it('without access cannot sign in, and is signed out', async () => {
    const personId = await office.add('emil')
    const emil = await office.signIn('emil')
    await office.people.management.change(personId, { active: false }, null)
    expect(office.people.isLive(emil.sessionId)).toBe(false)
    await expect(office.signIn('emil')).rejects.toMatchObject({ code: 'sign_in.refused' })
  })
})
