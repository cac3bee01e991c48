import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NumberPlan } from '../../../shared/number-plan.ts'
import { weekdays, type Schedule } from '../../../shared/opening-hours.ts'
import { createSettingsStore } from '../../../server/settings/model.ts'
import { createSettings, type Settings } from '../../../server/settings/settings.ts'
import { openOffice, type Office } from '../people/support.ts'

let office: Office
let boss: string
let settings: Settings
let now = Date.parse('2026-11-25T10:00:00Z')
const misfits: string[] = []

/** A server that starts now, on the database as it is. */
async function start(labels: Record<string, string>): Promise<Settings> {
  const started = createSettings({
    store: createSettingsStore(office.database.connection, (id) => misfits.push(id)),
    seed: { homeCountry: 'DE', ignoredNumbers: ['110'], labels: new Map(Object.entries(labels)) },
    audit: office.people.audit,
    now: () => now,
  })
  await started.load()
  return started
}

beforeAll(async () => {
  office = await openOffice('settings')
  boss = await office.add('boss', { roles: ['admin'] })
  settings = await start({ '+493023125101': 'Support', '493023125102': 'Sales' })
})
afterAll(() => office.close())

const outdated = { code: 'edit.outdated' }
const numberOf = (label: string) => settings.listNumbers().find((one) => one.label === label)

describe('what the center’s numbers stand for', () => {
  it('is seeded, and then changed at once for the next call', async () => {
    expect(settings.labelOf('+493023125102')).toBe('Sales')
    await settings.changeNumber('493023125102', { version: 0, label: 'Orders', campaign: 'Spring' }, boss)
    expect(settings.labelOf('+493023125102')).toBe('Orders · Spring')
    await expect(
      settings.changeNumber('493023125102', { version: 0, label: 'Late', campaign: null }, boss),
    ).rejects.toMatchObject(outdated)
  })

  it('is one thing for one number, however it is written', async () => {
    const request = { number: '030 23125101', label: 'Again', campaign: null }
    await expect(settings.addNumber(request, boss)).rejects.toMatchObject({ code: 'number.exists' })
  })

  it('stays changed and stays removed after a restart, whatever the environment says', async () => {
    const support = numberOf('Support')
    await settings.removeNumber(support?.numberId ?? '', support?.version ?? -1, boss)
    const again = await start({
      '+493023125101': 'Support',
      '+493023125102': 'Sales',
      '+493023125103': 'New',
    })
    expect(again.listNumbers().map(({ number, label }) => [number, label])).toEqual([
      ['+493023125102', 'Orders'],
      ['+493023125103', 'New'],
    ])
    const added = await again.addNumber({ number: '030 23125101', label: 'Help', campaign: null }, boss)
    expect(added).toMatchObject({ number: '+493023125101', label: 'Help' })
  })
})

describe('the number plan', () => {
  it('is read by at once when it was changed, and says who was faster', async () => {
    const { plan, version } = settings.readPlan()
    expect(settings.read('030 1234567', null)).toMatchObject({ e164: '+49301234567', kind: 'outside' })
    const changed: NumberPlan = { ...plan, trunkPrefixes: ['9'], ownNumbers: ['+49301234567'] }
    await settings.changePlan(changed, version, boss)
    expect(settings.read('90301234567', null)).toMatchObject({ kind: 'own', prefix: '9' })
    expect(settings.read('0442345678', 'UA').e164).toBe('+380442345678')
    await expect(settings.changePlan(plan, version, boss)).rejects.toMatchObject(outdated)
  })

  it('that another server has changed is read when ours was too late', async () => {
    const other = await start({})
    const { plan, version } = other.readPlan()
    await other.changePlan({ ...plan, trunkPrefixes: ['8'] }, version, boss)
    await expect(settings.changePlan(plan, version, boss)).rejects.toMatchObject(outdated)
    expect(settings.readPlan().plan.trunkPrefixes).toEqual(['8'])
  })
})

describe('opening hours', () => {
  const hours: Schedule = {
    timeZone: 'Europe/Berlin',
    weekly: Object.fromEntries(
      weekdays.map((day) => [day, [{ from: '09:00', until: '18:00' }]]),
    ) as Schedule['weekly'],
    holidays: [],
  }

  it('close queues: the center’s all that have none of their own', async () => {
    const queues = ['support', 'sales']
    now = Date.parse('2026-11-25T20:00:00Z')
    expect(settings.closedQueues(queues)).toEqual([])
    const centre = await settings.setSchedule('centre', hours, null, boss)
    const late = { ...hours, weekly: { ...hours.weekly, wednesday: [{ from: '09:00', until: '23:00' }] } }
    await settings.setSchedule('queue:sales', late, null, boss)
    expect(settings.closedQueues(queues)).toEqual(['support'])
    await expect(settings.setSchedule('centre', late, null, boss)).rejects.toMatchObject(outdated)
    await settings.removeSchedule('centre', centre.version, boss)
    expect(settings.closedQueues(queues)).toEqual([])
  })
})

describe('desks', () => {
  const desks = () => office.people.desks

  it('are added, changed and removed on the floor’s directory at once, and stay removed after a restart', async () => {
    await desks().add('301', ['PJSIP/301'], boss)
    await expect(desks().add('301', ['PJSIP/999'], boss)).rejects.toMatchObject({ code: 'desk.exists' })
    await expect(desks().add('302', ['PJSIP/301'], boss)).rejects.toMatchObject({ code: 'desk.device_taken' })
    const version = office.people.deskVersion('202')
    await desks().change('202', ['PJSIP/202', 'PJSIP/202-web'], version, boss)
    await expect(desks().change('202', ['PJSIP/1'], version, boss)).rejects.toMatchObject(outdated)
    expect(office.people.directory()).toContainEqual({
      extension: '202',
      interfaces: ['PJSIP/202', 'PJSIP/202-web'],
      personId: null,
    })
    await desks().remove('201', office.people.deskVersion('201'), boss)
    // The office names 201 and 202 at each start, as DESKS does.
    const other = await office.otherProcess()
    expect(other.people.directory().map(({ extension }) => extension)).toEqual(['202', '301'])
    await other.stop()
  })

  it('where somebody sits are not taken away', async () => {
    await office.add('ben', { extension: '301' })
    await office.signIn('ben')
    const version = office.people.deskVersion('301')
    await expect(desks().remove('301', version, boss)).rejects.toMatchObject({ code: 'desk.taken' })
  })
})

it('every change stands in the audit, with what was before and after', async () => {
  const { entries } = await office.people.readAudit({ kind: 'changes', before: String(Date.now() + 60_000) })
  expect(new Set(entries.map(({ action }) => action))).toEqual(
    new Set([
      'person.created',
      'number.added',
      'number.changed',
      'number.removed',
      'numberPlan.changed',
      'schedule.set',
      'schedule.removed',
      'desk.added',
      'desk.changed',
      'desk.removed',
    ]),
  )
  const changed = entries.find(({ action }) => action === 'number.changed')
  expect(changed).toMatchObject({ actor: 'Person boss', subject: '+493023125102' })
  expect(changed?.details).toContainEqual({ field: 'label', before: 'Sales', after: 'Orders' })
  expect(misfits).toEqual([])
})
