import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../lab/chromium.ts'
import type { Person } from '../../shared/administration.ts'
import type { NumberPlan } from '../../shared/number-plan.ts'
import type { Schedule } from '../../shared/opening-hours.ts'
import { ProblemError } from '../../shared/problems.ts'
import { defaultMethods, defaultVerification, type CurrentVerification } from '../../shared/verification.ts'
import type { Found, FoundDesk, StoredSchedule } from '../../shared/settings.ts'
import { listOfPeople, people, roleRights } from './support/admin-cast.ts'
import { adminScenes, chooseList } from './support/admin-scenes.ts'
import { buildConsole } from './support/build.ts'
import { openScene, type OpenScene } from './support/console-page.ts'
import { found, numbers, plan, schedules } from './support/setup-cast.ts'

let browser: Browser
let opened: OpenScene | null = null

beforeAll(async () => {
  await buildConsole()
  browser = await launchChromium()
})
afterEach(async () => {
  await opened?.close()
  opened = null
})
afterAll(async () => {
  await browser.close()
})

async function open(name: string): Promise<OpenScene> {
  const scene = adminScenes.find((one) => one.name === name)
  if (scene === undefined) throw new Error(`There is no scene ${name}.`)
  opened = await openScene(browser, scene)
  return opened
}

describe('people', () => {
  test('are found by search, and one is added by keyboard alone; the first password is shown once', async () => {
    const { page, server } = await open('admin-people')
    await page.getByRole('searchbox').fill('müller')
    await page.getByText('1 person', { exact: true }).waitFor()
    await page.getByRole('searchbox').fill('')

    await page.getByRole('button', { name: 'Add a person' }).press('Enter')
    await page.getByLabel('Name', { exact: true }).waitFor()
    const sent: Record<string, unknown>[] = []
    server.replies.set('POST /api/people', ({ body }) => {
      sent.push(body as Record<string, unknown>)
      return { ...people[0], personId: 'olha', displayName: 'Olha Koval', signInName: 'olha' }
    })
    await page.keyboard.type('Olha Koval')
    await page.keyboard.press('Enter')
    await page.getByText('2 to 64 letters, digits, dots or dashes').waitFor()
    expect(sent).toEqual([])
    // What is wrong has the focus.
    await page.keyboard.type('Olha')
    await page.keyboard.press('Enter')

    const told = page.getByTestId('first-password')
    await told.getByText('Olha Koval can sign in now.').waitFor()
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ displayName: 'Olha Koval', signInName: 'Olha', roles: ['agent'] })
    expect(await told.getByTestId('password').textContent()).toBe(sent[0]?.['password'])
    await page.getByRole('button', { name: 'Close' }).click()
    await told.waitFor({ state: 'detached' })
  })

  test('a sign-in name that is taken is said, and nothing typed is lost', async () => {
    const { page, server } = await open('admin-person-new')
    server.replies.set('POST /api/people', () => {
      throw new ProblemError('person.exists')
    })
    await page.getByLabel('Name', { exact: true }).fill('Nina Zwei')
    await page.getByRole('textbox', { name: 'Sign-in name' }).fill('nina')
    await page.keyboard.press('Enter')
    await page.getByText('Somebody already signs in by this name.').waitFor()
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Nina Zwei')
  })

  test('changed by two at once: both changes stand, and what both changed is told', async () => {
    const { page, server } = await open('admin-person')
    const before = people.find(({ personId }) => personId === 'chidi')
    if (before === undefined) throw new Error('Chidi is missing.')
    let stored: Person = { ...before, version: 4, displayName: 'Chidi Okonkwo', extension: '299' }
    server.replies.set('GET /api/people', () =>
      people.map((one) => (one.personId === 'chidi' ? stored : one)),
    )
    server.replies.set('PATCH /api/people/chidi', ({ body }) => {
      const { version, ...change } = body as Partial<Person>
      if (version !== stored.version) throw new ProblemError('edit.outdated')
      stored = { ...stored, ...change, version: stored.version + 1 }
      return stored
    })
    const panel = page.getByRole('complementary')
    await panel.getByLabel('Usual desk').fill('215')
    await panel.getByLabel('Sales').check()
    await page.getByRole('button', { name: 'Save' }).click()

    await panel.getByText('Somebody else changed this too: usual desk.').waitFor()
    expect(await panel.getByLabel('Name', { exact: true }).inputValue()).toBe('Chidi Okonkwo')
    expect(await panel.getByLabel('Usual desk').inputValue()).toBe('215')
    await page.getByRole('button', { name: 'Save' }).click()
    await panel.getByText('Saved; in effect now.').waitFor()
    expect(stored).toMatchObject({
      displayName: 'Chidi Okonkwo',
      extension: '215',
      roles: ['agent', 'sales', 'collections'],
    })
  })

  test('access is taken away and given back; the last who manages people stays', async () => {
    const { page, server } = await open('admin-person')
    const asked: unknown[] = []
    server.replies.set('PATCH /api/people/chidi', ({ body }) => {
      asked.push(body)
      throw new ProblemError('person.last_manager')
    })
    await page.getByRole('button', { name: 'Take access away' }).click()
    await page.getByText('Nobody would be left who may manage people.').waitFor()
    expect(asked).toEqual([{ version: 3, active: false }])
  })

  test('of a list are shown first, each bad row with its reason, and the good ones added when told so', async () => {
    const { page, server } = await open('admin-import')
    const rows = await page.getByTestId('bad-row').allInnerTexts()
    expect(rows.map((text) => text.replace(/\s+/g, ' ').trim())).toEqual([
      'Line 4 Nina Sorokina Somebody already signs in by this name.',
      'Line 5 Pavel The sign-in name is 2 to 64 letters, digits, dots or dashes. Roles are agent, supervisor, marketing, sales, collections, admin. A desk is 2 to 6 digits.',
      'Line 6 The sign-in name is 2 to 64 letters, digits, dots or dashes. The name is missing.',
    ])
    expect(server.asked.some(({ what }) => what.startsWith('POST'))).toBe(false)
    server.replies.set('POST /api/people/import', ({ body }) =>
      (body as { rows: { line: number }[] }).rows.map(({ line }) => ({
        line,
        faults: line === 3 ? ['signInNameTaken'] : [],
      })),
    )
    await page.getByRole('button', { name: 'Add 2 people' }).click()
    await page.getByTestId('import-status').getByText('1 of 5 added.').waitFor()
    expect(await page.getByTestId('bad-row').count()).toBe(4)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download names and passwords' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('first-passwords.csv')
  })

  test('in a file that is no list are refused with what to do', async () => {
    const { page } = await open('admin-import')
    await chooseList(page, 'name\nNina\n')
    await page.getByText('The first line does not name these columns: signInName, roles.').waitFor()
    await chooseList(page, listOfPeople)
    await page.getByTestId('bad-row').first().waitFor()
  })
})

describe('roles and rights', () => {
  test('what would change is told in words before it is saved', async () => {
    const { page, server } = await open('admin-roles')
    await page.getByText('Agent may no longer: See purchases.').waitFor()
    server.replies.set('PUT /api/roles/agent', ({ body }) => {
      const { rights, version } = body as { rights: string[]; version: number }
      expect(version).toBe(0)
      return { role: 'agent', rights, version: 1, isChanged: true }
    })
    await page.getByRole('button', { name: 'Save 1 role' }).press('Enter')
    await page.getByText('Saved; in effect now.').waitFor()
    expect(server.asked.at(-1)?.body).toEqual({
      rights: roleRights[0]?.rights.filter((right) => right !== 'card.purchases'),
      version: 0,
    })
  })

  test('a role that was changed here says which rights the product would give it besides', async () => {
    const { page } = await open('admin-roles')
    const changed = page.getByTestId('changed-roles')
    await changed.getByText('Collections: changed here.').waitFor()
    expect(await changed.textContent()).toContain(
      'it would have these too: Verify callers, See right answers, Say what came of calls, Promise callbacks.',
    )
    expect(await page.getByRole('checkbox', { name: 'Collections: Verify callers' }).isChecked()).toBe(false)
    expect(await changed.textContent()).not.toContain('Agent')
  })

  test('somebody faster is told, and the ticks stay', async () => {
    const { page, server } = await open('admin-roles')
    server.replies.set('PUT /api/roles/agent', () => {
      throw new ProblemError('edit.outdated')
    })
    server.replies.set('GET /api/roles', () => roleRights.map((role) => ({ ...role, version: 2 })))
    await page.getByRole('button', { name: 'Save 1 role' }).click()
    await page.getByText('Somebody else changed this meanwhile').waitFor()
    await page.getByText('Agent may no longer: See purchases.').waitFor()
  })
})

describe('how callers are verified', () => {
  const focused = (page: Page) => page.evaluate('document.activeElement?.getAttribute("aria-label")')

  test('is changed by keyboard alone, what is wrong stands at its field, and the whole is one new version', async () => {
    const { page, server } = await open('admin-verification')
    const sent: CurrentVerification[] = []
    server.replies.set('PUT /api/verification', ({ body }) => {
      const { version, definition } = body as CurrentVerification
      sent.push({ version, definition })
      const stored = { version: version + 1, definition }
      server.replies.set('GET /api/verification', () => stored)
      return stored
    })
    await page.getByRole('checkbox', { name: /^Calling back/ }).press('Space')
    await page.getByRole('button', { name: 'Ask earlier: Postcode' }).press('Enter')
    await expect.poll(() => focused(page)).toBe('Ask earlier: Postcode')
    const right = page.getByLabel('Right answers needed')
    await right.fill('5')
    await right.press('Enter')
    await page.getByText('From 1 to 5, and not more than there are questions.').waitFor()
    expect(sent).toEqual([])
    // What is wrong has the focus.
    await page.keyboard.press('Control+a')
    await page.keyboard.type('3')
    await page.keyboard.press('Enter')

    await page.getByText('Saved; in effect now.').waitFor()
    const { questions } = defaultMethods
    expect(sent).toEqual([
      {
        version: 3,
        definition: {
          ...defaultVerification,
          callBack: null,
          questions: {
            ...questions,
            right: 3,
            ask: ['postcode', 'birthDate', 'lastPurchase', 'accountNumber'],
          },
        },
      },
    ])
    await page.getByText('Version 4.').waitFor()
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
  })

  test('changed by two at once: both changes stand, and what both changed is told', async () => {
    const { page, server } = await open('admin-verification')
    let stored: CurrentVerification = {
      version: 4,
      definition: { ...defaultVerification, callBack: null, pin: { ...defaultMethods.pin, lockMinutes: 15 } },
    }
    server.replies.set('GET /api/verification', () => stored)
    server.replies.set('PUT /api/verification', ({ body }) => {
      const wanted = body as CurrentVerification
      if (wanted.version !== stored.version) throw new ProblemError('edit.outdated')
      stored = { ...wanted, version: stored.version + 1 }
      return stored
    })
    await page.getByLabel('Tries in one call').fill('5')
    await page.getByLabel('Payments').selectOption('verified in full')
    await page.getByRole('button', { name: 'Save' }).click()

    await page.getByText('Somebody else changed this too: PIN in the phone menu.').waitFor()
    expect(await page.getByRole('checkbox', { name: /^Calling back/ }).isChecked()).toBe(false)
    expect(await page.getByLabel('Tries in one call').inputValue()).toBe('5')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved; in effect now.').waitFor()
    expect(stored).toEqual({
      version: 5,
      definition: {
        ...defaultVerification,
        callBack: null,
        pin: { ...defaultMethods.pin, tries: 5 },
        opens: { ...defaultVerification.opens, payments: 'full' },
      },
    })
  })

  test('what no method leads to any more is said before it is saved', async () => {
    const { page } = await open('admin-verification-unreachable')
    await page.getByText('No method that is offered leads there: Payment data.').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('alert').waitFor({ state: 'detached' })
    expect(await page.getByRole('checkbox', { name: /^PIN/ }).isChecked()).toBe(true)
  })

  test('that nobody could get a first PIN is said before it is saved', async () => {
    const { page } = await open('admin-verification-no-first-pin')
    await page.getByText('Nobody can get a first PIN').waitFor()
    await page.getByRole('checkbox', { name: /^Calling back/ }).check()
    await page.getByRole('alert').waitFor({ state: 'detached' })
  })
})

describe('desks', () => {
  test('say what each lacks beside what the telephone system has, and the lines that mend it', async () => {
    const { page } = await open('admin-desk')
    const rows = await page.getByRole('table').getByRole('row').allInnerTexts()
    const lacks = rows.slice(1).map((text) => text.split('\t').at(-1)?.trim())
    expect(lacks).toEqual([
      'nothing',
      'nothing',
      'The telephone system does not know SIP/203.',
      'It is a member of no queue: only direct calls ring here.',
      'nothing',
    ])
    const panel = page.getByRole('complementary')
    await panel.getByText('reachable · phone · 2 registered').waitFor()
    const support = page.getByTestId('found-queue').filter({ hasText: 'support' })
    await support.getByText('Zoë Müller-Lüdenscheidt (Local/214@from-queue/n) stands at no desk').waitFor()
    await page.getByText('member => Local/214@from-queue,0,,PJSIP/214').waitFor()
    expect(await panel.getByRole('button', { name: 'Take this desk away' }).isDisabled()).toBe(true)
  })

  test('a phone at no desk gets one by keyboard alone; what the server refuses is said at its field', async () => {
    const { page, server } = await open('admin-desk')
    let stored: Found = found
    server.replies.set('GET /api/desks/found', () => stored)
    server.replies.set('POST /api/desks', ({ body }) => {
      const { extension, devices } = body as { extension: string; devices: string[] }
      if (extension === '202') throw new ProblemError('desk.exists')
      if (devices.includes('PJSIP/202')) throw new ProblemError('desk.device_taken')
      const ringing = devices.map((device) => ({
        device,
        state: 'reachable' as const,
        kind: 'desk' as const,
      }))
      const added: FoundDesk = {
        extension,
        version: 0,
        devices: ringing,
        inUse: 'desk',
        takenBy: null,
        queues: [],
      }
      stored = { ...found, desks: [...found.desks, added], strayDevices: [] }
      return added
    })
    await page.getByRole('link', { name: 'Make a desk for PJSIP/214' }).press('Enter')
    const extension = page.getByLabel('Extension', { exact: true })
    const devices = page.getByLabel('Devices', { exact: true })
    await extension.waitFor()
    expect([await extension.inputValue(), await devices.inputValue()]).toEqual(['214', 'PJSIP/214'])
    await devices.fill('PJSIP/214\nthe lobby')
    await extension.press('Enter')
    await page.getByText('Not a device such as PJSIP/201: the lobby').waitFor()
    await devices.fill('PJSIP/214, PJSIP/202')
    await extension.press('Enter')
    await page.getByText('PJSIP/202 stands at desk 202; a device rings for one desk only.').waitFor()
    await devices.fill('PJSIP/214')
    await extension.fill('202')
    await extension.press('Enter')
    await page.getByText('There is a desk with this extension already.').waitFor()
    await extension.fill('214')
    await extension.press('Enter')
    await page.getByRole('heading', { name: 'Desk 214' }).waitFor()
    expect(await page.getByRole('link', { name: 'Make a desk for PJSIP/214' }).count()).toBe(0)
  })

  test('changed by two at once: what both changed is told, and mine stays until I save it', async () => {
    const { page, server } = await open('admin-desk')
    const theirs = found.desks.map((desk) =>
      desk.extension === '201'
        ? {
            ...desk,
            version: 3,
            devices: [{ device: 'PJSIP/201', state: 'reachable' as const, kind: 'desk' as const }],
          }
        : desk,
    )
    let sent: unknown = null
    server.replies.set('GET /api/desks/found', () => ({ ...found, desks: theirs }))
    server.replies.set('PUT /api/desks/201', ({ body }) => {
      const { version, devices } = body as { version: number; devices: string[] }
      if (version !== 3) throw new ProblemError('edit.outdated')
      sent = devices
      const after = devices.map((device) => ({ device, state: 'reachable' as const, kind: 'desk' as const }))
      return { ...found.desks[0], version: 4, devices: after }
    })
    await page.getByRole('button', { name: 'Use PJSIP/214' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody else changed this too: devices.').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => sent).toEqual(['PJSIP/201', 'PJSIP/201-web', 'PJSIP/214'])
  })

  test('are there whether or not the telephone system can be asked what it lacks', async () => {
    const { page } = await open('admin-desks-in-part')
    await page.getByText('kyiv is not heard now').waitFor()
    await page.getByText('The telephone system could not be asked what it lacks.').waitFor()
    await page.getByRole('link', { name: '206' }).click()
    page.once('dialog', (dialog) => void dialog.dismiss())
    await page.getByRole('button', { name: 'Take this desk away' }).click()
    await page.getByRole('heading', { name: 'Desk 206' }).waitFor()
  })
})

describe('numbers', () => {
  test('one is named by keyboard alone; one that has a name is said at its field', async () => {
    const { page, server } = await open('admin-numbers')
    let stored = numbers
    server.replies.set('GET /api/settings/numbers', () => stored)
    server.replies.set('POST /api/settings/numbers', ({ body }) => {
      const { number, label } = body as { number: string; label: string }
      if (number === '030 231250100') throw new ProblemError('number.exists')
      const added = { numberId: '4930777', version: 0, number: '+4930777', label, campaign: null }
      stored = [...numbers, added]
      return added
    })
    await page.getByRole('button', { name: 'Add a number' }).press('Enter')
    await page.getByLabel('Number', { exact: true }).waitFor()
    await page.keyboard.type('Support')
    await page.keyboard.press('Enter')
    await page.getByText('Digits, with + before a country code').waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('030 231250100')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Hotline')
    await page.keyboard.press('Enter')
    await page.getByText('This number stands for something already.').waitFor()
    await page.getByLabel('Number', { exact: true }).fill('030 777')
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { name: '+4930777' }).waitFor()
    await page.getByRole('link', { name: '+4930777' }).waitFor()
    const posted = server.asked.filter(({ what }) => what.startsWith('POST'))
    expect(posted.at(-1)?.body).toEqual({ number: '030 777', label: 'Hotline', campaign: null })
  })

  test('one stands for nothing any more when somebody says so twice', async () => {
    const { page, server } = await open('admin-numbers')
    let stored = numbers
    const asked: string[] = []
    server.replies.set('GET /api/settings/numbers', () => stored)
    server.replies.set('DELETE /api/settings/numbers/4930231250101', ({ query }) => {
      asked.push(query.toString())
      stored = numbers.filter(({ numberId }) => numberId !== '4930231250101')
      return null
    })
    await page.getByRole('link', { name: '+4930231250101' }).click()
    page.once('dialog', (dialog) => void dialog.dismiss())
    await page.getByRole('button', { name: 'Let it stand for nothing' }).click()
    page.once('dialog', (dialog) => void dialog.accept())
    await page.getByRole('button', { name: 'Let it stand for nothing' }).click()
    await page.getByText('Choose a number from the list').waitFor()
    expect(await page.getByRole('link', { name: '+4930231250101' }).count()).toBe(0)
    expect(asked).toEqual(['version=2'])
  })

  test('are tried by a plan before it is saved; what is wrong is named at its field', async () => {
    const { page, server } = await open('admin-number-plan')
    const tried = page.getByTestId('tried')
    await tried.getByText('A caller from outside').waitFor()
    await tried.getByText('+491712345678. Without the prefix 9.').waitFor()
    await page.getByLabel('Own numbers').fill('+49171234567*\n0900-SEX')
    await tried.getByText('Mend the form above first.').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Not a number: 0900SEX').waitFor()
    expect(server.asked.some(({ what }) => what.startsWith('PUT'))).toBe(false)
    await page.getByLabel('Own numbers').fill('+49171234567*\n+49 (30) 2312-500')
    await tried.getByText('One of our own numbers: not looked up.').waitFor()

    // The server may know better still.
    server.replies.set('PUT /api/settings/number-plan', () => {
      throw new ProblemError('request.invalid', {
        errors: [{ path: 'plan.ownNumbers.1', message: 'Digits.' }],
      })
    })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Not a number: +49302312500').waitFor()
  })

  test('the plan changed by two at once: both changes stand, and what both changed is told', async () => {
    const { page, server } = await open('admin-number-plan')
    let stored = {
      version: 5,
      plan: { ...plan.plan, homeCountry: 'AT', trunkPrefixes: ['0'] } satisfies NumberPlan as NumberPlan,
    }
    server.replies.set('GET /api/settings/number-plan', () => stored)
    server.replies.set('PUT /api/settings/number-plan', ({ body }) => {
      const change = body as typeof stored
      if (change.version !== stored.version) throw new ProblemError('edit.outdated')
      stored = { version: 6, plan: change.plan }
      return stored
    })
    await page.getByLabel('Prefixes').fill('9, 8')
    await page.getByRole('checkbox', { name: '5' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody else changed this too: prefixes.').waitFor()
    expect(await page.getByLabel('Country').inputValue()).toBe('AT')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved; in effect now.').waitFor()
    expect(stored.plan).toMatchObject({
      homeCountry: 'AT',
      trunkPrefixes: ['9', '8'],
      extensionLengths: [3, 4, 5],
    })
  })
})

describe('opening hours', () => {
  const nextDays = (page: Page) => page.getByTestId('two-weeks').getByRole('listitem')

  test('are shown as the next two weeks will be, before they are saved, with holidays', async () => {
    const { page, server } = await open('admin-hours')
    expect(await nextDays(page).count()).toBe(14)
    await nextDays(page).nth(3).getByText('День независимости').waitFor()
    await nextDays(page).nth(3).getByText('closed').waitFor()
    await nextDays(page).nth(8).getByText('09:00–12:00').waitFor()
    await page.getByText('The next two weeks', { exact: true }).waitFor()

    await page.getByLabel('Monday').fill('8-12, 22:00–2')
    await page.getByText('The next two weeks, once this is saved').waitFor()
    await page.getByTestId('two-weeks').getByText('08:00–12:00, 22:00–24:00').first().waitFor()
    await page.getByTestId('two-weeks').getByText('00:00–02:00, 09:00–12:30, 13:30–18:00').first().waitFor()

    await page.getByLabel('Monday').fill('from nine')
    await page.getByText('Mend the hours to see them.').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('Not hours: from nine').waitFor()
    expect(server.asked.some(({ what }) => what.startsWith('PUT'))).toBe(false)
  })

  test('of a holiday are added by keyboard alone, and saved whole', async () => {
    const { page, server } = await open('admin-hours')
    const [centre] = schedules(Date.now())
    if (centre === undefined) throw new Error('The center has no hours.')
    server.replies.set('PUT /api/settings/schedules/centre', ({ body }) => ({
      ...centre,
      ...(body as { schedule: Schedule }),
      version: 4,
    }))
    await page.getByRole('button', { name: 'Add a day' }).press('Enter')
    await page.getByLabel('Hours', { exact: true }).last().fill('10–14')
    await page.getByLabel('Name', { exact: true }).last().press('Enter')
    await page.getByText('A day needs a date and a name of 1 to 60 characters.').waitFor()
    await page.getByLabel('Date', { exact: true }).last().fill('2027-01-01')
    await page.getByLabel('Name', { exact: true }).last().fill('New Year')
    await page.keyboard.press('Enter')
    await page.getByText('Saved; in effect now.').waitFor()
    const put = server.asked.find(({ what }) => what.startsWith('PUT'))
    expect(put?.body).toEqual({
      version: 3,
      schedule: {
        ...centre.schedule,
        holidays: [
          ...centre.schedule.holidays,
          { date: '2027-01-01', name: 'New Year', hours: [{ from: '10:00', until: '14:00' }] },
        ],
      },
    })
  })

  test('of a queue begin from the center’s, and are given back', async () => {
    const { page, server } = await open('admin-hours-of-the-center')
    const before = schedules(Date.now())
    let sales: StoredSchedule | null = null
    server.replies.set('GET /api/settings/schedules', () => ({
      schedules: sales === null ? before : [...before, sales],
      queues: ['collections', 'sales', 'support'],
      at: Date.now(),
    }))
    server.replies.set('PUT /api/settings/schedules/queue%3Asales', ({ body }) => {
      const { schedule, version } = body as { schedule: Schedule; version: null }
      expect(version).toBeNull()
      sales = { scheduleId: 'queue:sales', version: 0, schedule }
      return sales
    })
    server.replies.set('DELETE /api/settings/schedules/queue%3Asales', () => {
      sales = null
      return null
    })
    await page.getByText('It has the center’s.').waitFor()
    await page.getByRole('button', { name: 'Give it hours of its own' }).click()
    expect(await page.getByLabel('Friday').inputValue()).toBe('09:00–15:00')
    await page.getByLabel('Friday').fill('9–20')
    await page.keyboard.press('Enter')
    await page.getByText('Saved; in effect now.').waitFor()
    expect(sales).toMatchObject({ schedule: { weekly: { friday: [{ from: '09:00', until: '20:00' }] } } })

    page.once('dialog', (dialog) => void dialog.accept())
    await page.getByRole('button', { name: 'Take these hours away' }).click()
    await page.getByText('It has the center’s.').waitFor()
  })

  test('changed by two at once: both changes stand, and what both changed is told', async () => {
    const { page, server } = await open('admin-hours')
    const [centre, ...others] = schedules(Date.now())
    if (centre === undefined) throw new Error('The center has no hours.')
    const late = [{ from: '12:00', until: '21:00' }]
    let stored: StoredSchedule = {
      ...centre,
      version: 4,
      schedule: { ...centre.schedule, weekly: { ...centre.schedule.weekly, tuesday: late, sunday: late } },
    }
    server.replies.set('GET /api/settings/schedules', () => ({
      schedules: [stored, ...others],
      queues: [],
      at: Date.now(),
    }))
    server.replies.set('PUT /api/settings/schedules/centre', ({ body }) => {
      const { schedule, version } = body as { schedule: Schedule; version: number }
      if (version !== stored.version) throw new ProblemError('edit.outdated')
      stored = { ...stored, version: version + 1, schedule }
      return stored
    })
    await page.getByLabel('Tuesday').fill('7–15')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody else changed this too: Tuesday.').waitFor()
    expect(await page.getByLabel('Sunday').inputValue()).toBe('12:00–21:00')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved; in effect now.').waitFor()
    expect(stored.schedule.weekly).toMatchObject({
      tuesday: [{ from: '07:00', until: '15:00' }],
      sunday: late,
    })
  })
})

test('what cannot be read is told in its place, room by room, and read again when asked', async () => {
  const { page, server } = await open('admin-numbers')
  const rooms = [
    ['Desks', 'GET /api/desks/found', 'The desks could not be read.', '203'],
    ['Numbers', 'GET /api/settings/number-plan', 'The numbers could not be read.', '+4930231250100'],
    ['Opening hours', 'GET /api/settings/schedules', 'The opening hours could not be read.', 'winback'],
  ] as const
  for (const [room, route, told, row] of rooms) {
    const reply = server.replies.get(route)
    if (reply === undefined) throw new Error(`Nothing answers ${route}.`)
    server.replies.set(route, () => {
      throw new ProblemError('database.unreachable')
    })
    await page.getByRole('link', { name: 'People' }).click()
    await page.getByRole('link', { name: room, exact: true }).click()
    await page.getByText(told).waitFor()
    server.replies.set(route, reply)
    await page.getByRole('alert').getByRole('button').click()
    await page.getByRole('link', { name: row }).waitFor()
    expect(await page.getByText(told).count()).toBe(0)
  }
})

test('changes are told with who, what and when, before and after, page by page', async () => {
  const { page, server } = await open('admin-audit')
  await page.getByText('Rights: + See purchases, − See and write notes').waitFor()
  await page.getByText('Roles: + Collections').waitFor()
  await page.getByText('Access: yes → no').waitFor()
  await page.getByText('PIN in the phone menu, verifies: in full → in part').waitFor()
  await page.getByText('Questions: Date of birth, Postcode → Postcode, Date of birth').waitFor()
  await page.getByText('Payments, opens: always → verified in full').waitFor()
  await page.getByText('Gave the customer c-204518 a PIN').waitFor()
  await page.getByText('Prefixes: + 99').waitFor()
  await page.getByText('Set the opening hours: The whole center').waitFor()
  await page.getByText('Monday: 09:00–18:00 → 09:00–12:30, 13:30–18:00').waitFor()
  await page.getByText('Devices: + PJSIP/201-web').waitFor()
  await page.getByRole('button', { name: 'Show older' }).click()
  await expect.poll(() => server.asked.filter(({ what }) => what === 'GET /api/audit').length).toBe(2)
})
