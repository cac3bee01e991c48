import { beforeEach, describe, expect, it } from 'vitest'
import type { Pop } from '../../../shared/customers.ts'
import { defaultRoleRights, type Right } from '../../../shared/people.ts'
import type { Change } from '../../../shared/realtime.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import { talksAt } from '../../../server/floor/views.ts'
import {
  deskChanges,
  deskContent,
  erasedChanges,
  popChanges,
  type DeskContext,
  type Shown,
} from '../../../server/realtime/desk.ts'
import { Story } from '../floor/story.ts'

const pop: Pop = { match: { outcome: 'none', by: null, candidates: [] }, card: null }

/** A story with the two agents' screens beside it. */
class Desks extends Story {
  readonly sent: Record<string, Change[]> = { '201': [], '202': [] }
  readonly shown: Shown = new Map()
  readonly pops = new Map<string, Pop>()
  rights: ReadonlySet<Right> = new Set(defaultRoleRights.agent)
  /** Who sits at desk 201. */
  atFirst = 'person-201'
  readonly context: DeskContext = {
    describe: ({ number, name }) => ({ number, display: number ?? '', name, withheld: false }),
    personAt: (extension) => ({
      personId: extension === '201' ? this.atFirst : `person-${extension}`,
      rights: this.rights,
    }),
    popOf: (callId) => this.pops.get(callId) ?? null,
    customerOf: () => ({ customerId: 'c1', name: 'Olena' }),
    displayNameOf: () => 'Nina',
  }
  readonly ready: boolean | undefined = true

  override happens(event: Parameters<Story['happens']>[0]): readonly Fact[] {
    const facts = super.happens(event)
    // The story's own constructor tells its beginning before there are screens.
    if (this.ready) this.take(deskChanges(facts, this.floor, this.context, this.shown))
    return facts
  }

  take(changes: ReturnType<typeof deskChanges>): void {
    for (const [topic, made] of changes) {
      const personId = topic.slice('person:'.length)
      ;(this.sent[personId.replace(/^person-/, '')] ??= []).push(...made)
    }
  }

  /** What one agent's screen was told of calls, in short. */
  screen(extension: string): string[] {
    return this.#ofCalls(this.sent[extension] ?? []).map((change) => {
      if (change.type === 'deskCall.set') return change.call.state
      if (change.type === 'deskCall.gone') return `gone: ${change.reason}`
      if (change.type === 'today.set') return `today: ${change.call.outcome}`
      return change.type
    })
  }

  /** What a fresh screen would be shown of calls, in short. */
  content(extension: string): string[] {
    const changes = deskContent(this.floor, extension, this.rights, this.context, this.shown)
    return this.#ofCalls(changes).map((change) =>
      change.type === 'deskCall.set' ? change.call.state : change.type,
    )
  }

  /** What one agent's screen was told last of their own state. */
  ownState(extension: string): string | undefined {
    const last = this.sent[extension]?.findLast((change) => change.type === 'agent.set')
    return last?.agent.state
  }

  #ofCalls(changes: readonly Change[]): Change[] {
    return changes.filter((change) => change.type !== 'agent.set')
  }
}

let desks: Desks
let customer: string

beforeEach(() => {
  desks = new Desks()
  customer = desks.customer()
  desks.pops.set(customer, pop)
})

describe('a call whose caller is erased', () => {
  const erased = () => {
    desks.pops.clear()
    const changes = erasedChanges([customer], '201', desks.rights, desks.shown)
    desks.happens({ type: 'call.erased', callId: customer })
    return changes
  }

  it('leaves the desk that writes it up, and is not there after a reload', () => {
    const phone = desks.rings(customer, '201')
    desks.answers(customer, phone, '201')
    desks.asksToHangUp(customer)
    desks.gone(phone, customer)
    desks.gone(customer)
    expect(desks.content('201')).toEqual(['ended', 'pop.set'])
    expect(erased()).toEqual([{ type: 'deskCall.gone', callId: customer, reason: 'erased' }])
    expect(desks.content('201')).toEqual([])
    const rights = new Set(desks.rights)
    rights.delete('desk.use')
    expect(erasedChanges([customer], '201', rights, desks.shown)).toEqual([])
  })

  it('stays there as nobody’s while it goes on', () => {
    const phone = desks.rings(customer, '201')
    desks.answers(customer, phone, '201')
    expect(erased()).toEqual([{ type: 'pop.set', callId: customer, pop }])
    expect(desks.screen('201').at(-1)).toBe('talking')
    expect(JSON.stringify(desks.sent['201']?.at(-1))).not.toMatch(/Olena|30231251/)
  })
})

describe('an offered call', () => {
  it('is on the screen with its card in one step, through the talk and after it', () => {
    desks.enters('support', customer)
    const phone = desks.rings(customer, '201')
    expect(desks.screen('201')).toEqual(['ringing', 'pop.set'])
    desks.answers(customer, phone, '201')
    desks.happens({ type: 'channel.held', channelId: phone, linkedId: customer })
    desks.happens({ type: 'channel.resumed', channelId: phone, linkedId: customer })
    desks.asksToHangUp(customer)
    desks.gone(phone, customer)
    desks.gone(customer)
    const [, , ...rest] = desks.screen('201')
    const steps = rest.filter((step, n) => step !== rest[n - 1])
    expect(steps).toEqual(['talking', 'held', 'talking', 'ended', 'today: answered'])
    expect(desks.screen('202')).toEqual([])
    expect(desks.shown.size).toBe(0)
  })

  it('changes nothing when a second device of the agent rings', () => {
    desks.enters('support', customer)
    desks.rings(customer, '201')
    const second = desks.channel('PJSIP/201-web', { linkedId: customer })
    desks.happens({
      type: 'dial.began',
      callerId: customer,
      calledId: second,
      called: null,
      dialString: '201',
    })
    desks.state(second, 'ringing', customer)
    expect(desks.screen('201')).toEqual(['ringing', 'pop.set'])
  })

  it('leaves the first screen with the reason and comes to the next', () => {
    desks.enters('support', customer)
    const first = desks.rings(customer, '201')
    desks.dialEnds(customer, first, 'notAnswered')
    desks.gone(first, customer)
    desks.rings(customer, '202')
    expect(desks.screen('201')).toEqual(['ringing', 'pop.set', 'gone: notAnswered', 'today: notAnswered'])
    expect(desks.screen('202')).toEqual(['ringing', 'pop.set'])
  })

  it('goes from those who did not take it when another agent answers', () => {
    desks.enters('support', customer)
    const first = desks.rings(customer, '201')
    const second = desks.rings(customer, '202')
    desks.state(second, 'up', customer)
    desks.dialEnds(customer, second, 'answered')
    desks.dialEnds(customer, first, 'cancelled')
    desks.gone(first, customer, 26)
    desks.answers(customer, second, '202')
    expect(desks.screen('201')).toContain('gone: answeredElsewhere')
    expect(desks.screen('202').at(-1)).toBe('talking')
    expect(desks.screen('202').filter((step) => step.startsWith('gone'))).toEqual([])
  })

  it('moves on with the customer when the agent hands them over', () => {
    const first = desks.rings(customer, '201')
    desks.answers(customer, first, '201')
    desks.happens({
      type: 'transfer.blind',
      ok: true,
      transfererId: first,
      transfereeId: customer,
      toExten: '202',
      toContext: 'agents-out',
    })
    desks.gone(first, customer)
    desks.rings(customer, '202')
    expect(desks.screen('201')).toContain('gone: movedOn')
    expect(desks.screen('202')).toEqual(['ringing', 'pop.set'])
  })

  it('goes when the caller gives up', () => {
    desks.enters('support', customer)
    const phone = desks.rings(customer, '201')
    desks.asksToHangUp(customer)
    desks.happens({ type: 'queue.gaveUp', queue: 'support', channelId: customer, linkedId: customer })
    desks.gone(phone, customer)
    desks.gone(customer)
    expect(desks.screen('201')).toContain('gone: callerGone')
    expect(desks.shown.size).toBe(0)
  })
})

describe('the card of an offered call', () => {
  it('follows when the look-up takes longer than the offer, to those who show the call only', () => {
    desks.pops.clear()
    desks.enters('support', customer)
    desks.rings(customer, '201')
    expect(desks.screen('201')).toEqual(['ringing'])
    desks.pops.set(customer, pop)
    desks.take(popChanges(customer, desks.floor, desks.context, desks.shown))
    expect(desks.screen('201')).toEqual(['ringing', 'pop.set'])
    expect(desks.screen('202')).toEqual([])
  })

  it('is not sent to somebody who may not read cards, and nothing to somebody who has no desk right', () => {
    desks.rights = new Set<Right>(['desk.use', 'history.own'])
    desks.enters('support', customer)
    const first = desks.rings(customer, '201')
    desks.dialEnds(customer, first, 'notAnswered')
    desks.gone(first, customer)
    expect(desks.screen('201')).toEqual(['ringing', 'gone: notAnswered', 'today: notAnswered'])
    expect(JSON.stringify(desks.sent['201'])).not.toContain('Olena","queue')
    expect(desks.sent['201']?.at(-1)).toMatchObject({ call: { customerId: null, customerName: null } })
    desks.rights = new Set<Right>(['card.read'])
    desks.rings(customer, '202')
    expect(desks.screen('202')).toEqual([])
  })
})

describe('a card that was opened in a call', () => {
  /** Whoever talks sees all of it, as the server's parts have it. */
  const opened: Pop = { ...pop, verification: { state: 'verified', level: 'full', by: null, pin: 'right' } }
  beforeEach(() => {
    const talks = (callId: string, extension: string) => talksAt(desks.call(callId), extension)
    Object.assign(desks.context, {
      opensInTalk: () => true,
      popOf: (callId: string, _: unknown, extension: string) => (talks(callId, extension) ? opened : pop),
    })
  })
  /** What a desk was told of calls, where a card is open or closed. */
  const told = (extension: string) =>
    (desks.sent[extension] ?? []).flatMap((change) => {
      if (change.type === 'deskCall.set') return [change.call.state]
      return change.type === 'pop.set' ? [change.pop === opened ? 'open' : 'closed'] : []
    })

  it('is closed while it rings, open with the answer, and closed with the end of the talk and of the call', () => {
    desks.enters('support', customer)
    const phone = desks.rings(customer, '201')
    expect(told('201')).toEqual(['ringing', 'closed'])
    desks.answers(customer, phone, '201')
    expect(told('201').slice(2)).toEqual(['talking', 'open'])
    desks.gone(phone, customer)
    expect(told('201').slice(4)).toEqual(['ended', 'closed'])
    desks.gone(customer)
    expect(told('201').slice(6)).toEqual(['closed'])
    expect(desks.screen('202')).toEqual([])
  })

  it('opens at the desk that answers, of all that ring', () => {
    desks.enters('support', customer)
    const first = desks.rings(customer, '201')
    const second = desks.rings(customer, '202')
    desks.take(popChanges(customer, desks.floor, desks.context, desks.shown))
    desks.state(second, 'up', customer)
    desks.dialEnds(customer, second, 'answered')
    desks.dialEnds(customer, first, 'cancelled')
    desks.gone(first, customer, 26)
    desks.answers(customer, second, '202')
    expect(told('201')).not.toContain('open')
    expect(told('202').slice(-2)).toEqual(['talking', 'open'])
  })

  it('does not open at a desk that has left the talk, though the customer is verified with a colleague', () => {
    const phone = desks.rings(customer, '201')
    desks.answers(customer, phone, '201')
    const colleague = desks.rings(customer, '202')
    desks.answers(customer, colleague, '202')
    desks.gone(phone, customer)
    const before = told('201').length
    desks.take(popChanges(customer, desks.floor, desks.context, desks.shown))
    expect(told('201').slice(before)).toEqual(['closed'])
    expect(told('202').at(-1)).toBe('open')
  })

  it('is not sent, not even closed, to whoever sits down where the talk has ended and the call goes on', () => {
    const phone = desks.rings(customer, '201')
    desks.answers(customer, phone, '201')
    const colleague = desks.rings(customer, '202')
    desks.answers(customer, colleague, '202')
    desks.gone(phone, customer)
    desks.atFirst = 'person-zoe'
    desks.happens({
      type: 'desks.set',
      desks: [
        { extension: '201', interfaces: ['PJSIP/201'], personId: 'person-zoe' },
        { extension: '202', interfaces: ['PJSIP/202'], personId: 'person-202' },
      ],
    })
    desks.take(popChanges(customer, desks.floor, desks.context, desks.shown))
    desks.gone(colleague, customer)
    desks.gone(customer)
    expect(desks.screen('zoe')).toEqual([])
    expect(desks.content('201')).toEqual([])
    // Who talked there is told, as long as they sit there: it is their work that is being finished.
    expect(told('202').at(-1)).toBe('closed')
  })
})

describe('an agent’s own state', () => {
  it('is on their own screen as the telephone system sees it', () => {
    desks.enters('support', customer)
    const phone = desks.rings(customer, '201')
    expect(desks.ownState('201')).toBe('ringing')
    desks.answers(customer, phone, '201')
    expect(desks.ownState('201')).toBe('talking')
    desks.gone(phone, customer)
    expect(desks.ownState('201')).toBe('free')
    expect(desks.ownState('202')).toBeUndefined()
  })
})

describe('the snapshot of a desk', () => {
  it('holds the call and its card while it rings, is talked and is finished, until the next call', () => {
    const content = () => desks.content('201')
    expect(content()).toEqual([])
    desks.enters('support', customer)
    const phone = desks.rings(customer, '201')
    expect(content()).toEqual(['ringing', 'pop.set'])
    desks.answers(customer, phone, '201')
    expect(content()).toEqual(['talking', 'pop.set'])
    desks.asksToHangUp(customer)
    desks.gone(phone, customer)
    desks.gone(customer)
    expect(content()).toEqual(['ended', 'pop.set'])
  })

  it('does not show a call any more that the agent sent on to somebody else', () => {
    desks.enters('support', customer)
    const phone = desks.rings(customer, '201')
    desks.answers(customer, phone, '201')
    desks.happens({
      type: 'transfer.blind',
      ok: true,
      transfererId: phone,
      transfereeId: customer,
      toExten: '202',
      toContext: 'agents',
    })
    desks.gone(phone, customer)
    expect(desks.screen('201')).toContain('gone: movedOn')
    expect(desks.content('201')).toEqual([])
  })
})

describe('a call that an agent makes', () => {
  it('is on the screen while it is dialled, and gone when nobody answers', () => {
    const phone = desks.channel('PJSIP/201', { exten: '+4930231252', callerNumber: '201' })
    const trunk = desks.channel('PJSIP/trunk', { linkedId: phone })
    desks.happens({
      type: 'dial.began',
      callerId: phone,
      calledId: trunk,
      called: null,
      dialString: 'trunk',
    })
    expect(desks.screen('201')[0]).toBe('dialling')
    desks.dialEnds(phone, trunk, 'notAnswered')
    desks.gone(trunk, phone, 19)
    desks.gone(phone)
    expect(desks.screen('201').filter((step) => step.startsWith('gone'))).toEqual(['gone: ended'])
    expect(desks.shown.size).toBe(0)
  })
})
