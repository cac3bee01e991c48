import { createPinia } from 'pinia'
import { createSSRApp, effectScope, nextTick, shallowRef } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  askForNotifications,
  notificationState,
  useNotifications,
  type Notice,
  type NotificationState,
} from '../../../client/desk/notifications.ts'
import { ringing } from '../../browser/support/cast.ts'

const olena: Notice = { id: 'call-1', title: 'Olena Kovalenko', body: 'Support · +49 40 66969001' }

/** A browser's notifications, as far as the console uses them. */
class FakeNotification extends EventTarget {
  static permission: NotificationState = 'granted'
  static asked = 0
  /** What the person presses when asked. */
  static willSay: NotificationState = 'granted'
  static all: FakeNotification[] = []
  static requestPermission(): Promise<NotificationState> {
    FakeNotification.asked += 1
    FakeNotification.permission = FakeNotification.willSay
    return Promise.resolve(FakeNotification.permission)
  }
  static shown(): string[] {
    return FakeNotification.all.filter(({ closed }) => !closed).map(({ title }) => title)
  }

  closed = false
  readonly title: string
  readonly options: { body: string; tag: string }
  constructor(title: string, options: { body: string; tag: string }) {
    super()
    this.title = title
    this.options = options
    FakeNotification.all.push(this)
  }
  close(): void {
    this.closed = true
  }
}

const tab = { hidden: true }
const focus = vi.fn()

beforeEach(() => {
  Object.assign(FakeNotification, { permission: 'granted', asked: 0, willSay: 'granted', all: [] })
  tab.hidden = true
  vi.stubGlobal('Notification', FakeNotification)
  vi.stubGlobal('window', { Notification: FakeNotification, focus })
  vi.stubGlobal('document', tab)
})
afterEach(() => {
  vi.unstubAllGlobals()
  focus.mockReset()
})

/** A desk that is told of calls; `rings` waits until what it says has had its effect. */
function desk(first: Notice | null = null) {
  const notice = shallowRef(first)
  const scope = effectScope()
  scope.run(() => useNotifications(() => (notice.value === null ? [] : [notice.value])))
  onTestFinished(() => scope.stop())
  return {
    rings: (next: Notice | null) => {
      notice.value = next
      return nextTick()
    },
    leave: () => scope.stop(),
  }
}

describe('a ringing call, while the tab is hidden', () => {
  test('is told once, with the caller’s name, queue and number', async () => {
    const { rings } = desk()
    await rings(olena)
    await rings({ ...olena })
    expect(FakeNotification.all).toMatchObject([
      { title: 'Olena Kovalenko', options: { body: 'Support · +49 40 66969001', tag: 'call-1' } },
    ])
  })

  test('is told also when it rang before the console was there', () => {
    desk(olena)
    expect(FakeNotification.shown()).toEqual(['Olena Kovalenko'])
  })

  test('is taken back when it rings here no more', async () => {
    const { rings } = desk(olena)
    await rings(null)
    expect(FakeNotification.shown()).toEqual([])
  })

  test('gives way to the next one', async () => {
    const { rings } = desk(olena)
    await rings({ id: 'call-2', title: 'Anton Weber', body: '' })
    expect(FakeNotification.shown()).toEqual(['Anton Weber'])
  })

  test('is taken back when the agent signs out', () => {
    desk(olena).leave()
    expect(FakeNotification.shown()).toEqual([])
  })

  test('brings the console to the front by a click', () => {
    desk(olena)
    FakeNotification.all[0]?.dispatchEvent(new Event('click'))
    expect(focus).toHaveBeenCalledOnce()
    expect(FakeNotification.shown()).toEqual([])
  })
})

test('of several things each is told once, and a click on one leads to it', async () => {
  const open = vi.fn()
  const due = shallowRef<Notice[]>([olena])
  const scope = effectScope()
  scope.run(() => useNotifications(() => due.value))
  onTestFinished(() => scope.stop())
  due.value = [olena, { id: 'promise-1', title: 'Anton Weber', body: 'Offer', open }]
  await nextTick()
  expect(FakeNotification.shown()).toEqual(['Olena Kovalenko', 'Anton Weber'])
  FakeNotification.all[1]?.dispatchEvent(new Event('click'))
  expect(open).toHaveBeenCalledOnce()
  expect(FakeNotification.shown()).toEqual(['Olena Kovalenko'])
  due.value = []
  await nextTick()
  expect(FakeNotification.shown()).toEqual([])
})

describe('nothing is told', () => {
  test('while the tab is in sight, nor later of the same call', async () => {
    tab.hidden = false
    const { rings } = desk(olena)
    tab.hidden = true
    await rings({ ...olena })
    expect(FakeNotification.all).toEqual([])
  })

  test.each(['default', 'denied'] as const)(
    'while the permission is %s, and nobody is asked',
    (permission) => {
      FakeNotification.permission = permission
      desk(olena)
      expect(FakeNotification.all).toEqual([])
      expect(FakeNotification.asked).toBe(0)
    },
  )

  test('by a browser that has no notifications', async () => {
    vi.stubGlobal('window', { focus })
    desk(olena)
    expect(FakeNotification.all).toEqual([])
    expect(notificationState()).toBe('denied')
    expect(await askForNotifications()).toBe('denied')
  })
})

test('the person is asked when they want it, and their answer is what counts', async () => {
  Object.assign(FakeNotification, { permission: 'default', willSay: 'denied' })
  expect(notificationState()).toBe('default')
  expect(await askForNotifications()).toBe('denied')
  expect(FakeNotification.asked).toBe(1)
  desk(olena)
  expect(FakeNotification.all).toEqual([])
})

test('a withheld caller’s number and name are not in the notice, whatever the call carries', async () => {
  const party = { number: '+494066969001', display: '040 66969001', name: 'Olena', withheld: true }
  const { i18n, useCallWords } = await consoleWords()
  let notice: Notice | null = null
  const Console = {
    setup: () => {
      notice = useCallWords().notice(ringing(0, { callId: 'call-1', queue: 'Support', party }), null)
      return () => null
    },
  }
  await renderToString(createSSRApp(Console).use(createPinia()).use(i18n))
  expect(notice).toMatchObject({ id: 'call-1', title: i18n.global.t('call.unknown') })
  expect(JSON.stringify(notice)).toContain('Support')
  expect(JSON.stringify(notice)).not.toMatch(/66969001|Olena/)
})

/** The console's words, which look at the browser's language when they are loaded. */
async function consoleWords() {
  vi.unstubAllGlobals()
  vi.stubGlobal('localStorage', { getItem: () => 'en' })
  const { i18n } = await import('../../../client/locales/i18n.ts')
  const { useCallWords } = await import('../../../client/desk/call-words.ts')
  return { i18n, useCallWords }
}
