import { beforeEach, describe, expect, it } from 'vitest'
import { block, channel } from './ami-text.ts'
import { caller, newTranslator, number, stamp } from './translator.ts'

let { translator, asked, happens, arrives } = newTranslator()
beforeEach(() => {
  ;({ translator, asked, happens, arrives } = newTranslator())
})

describe('a call that comes in', () => {
  it('appears without its number, since Asterisk calls even a withheld number allowed at this point', () => {
    const [appeared] = arrives()

    expect(appeared).toMatchObject({
      ...stamp,
      type: 'channel.appeared',
      channel: {
        channelId: 'lab:1.1',
        linkedId: 'lab:1.1',
        device: 'PJSIP/trunk',
        state: 'dialling',
        callerNumber: null,
        callerName: null,
        callerRestricted: false,
        exten: '101',
      },
    })
    expect(asked).toEqual(['1.1'])
  })

  it('has its number as soon as the PBX says that it may be shown', () => {
    arrives()

    expect(translator.learnPresentation('1.1', 'allowed_not_screened')).toEqual([
      {
        ...stamp,
        type: 'channel.changed',
        channelId: 'lab:1.1',
        linkedId: 'lab:1.1',
        changes: { callerNumber: number, callerName: 'Olena', callerRestricted: false },
      },
    ])
  })

  it('has its number by the next event of its own, where nobody answered the question', () => {
    arrives()

    const events = happens('Newstate', channel({ ...caller, state: 6, pres: 'allowed_passed_screen' }))

    expect(events.map((each) => each.type)).toEqual(['channel.changed', 'channel.changed'])
    expect(events[0]).toMatchObject({ changes: { callerNumber: number } })
    expect(events[1]).toMatchObject({ changes: { state: 'up' } })
    expect(translator.learnPresentation('1.1', 'allowed_passed_screen')).toEqual([])
  })

  it('is told once as restricted when the number is withheld', () => {
    arrives()

    const events = happens('Newstate', channel({ ...caller, state: 6, pres: 'prohib_not_screened' }))

    expect(events[0]).toMatchObject({
      changes: { callerNumber: null, callerName: null, callerRestricted: true },
    })
  })

  it('is restricted when it says anonymous in place of a number', () => {
    arrives({ number: 'anonymous', callerName: 'Anonymous' })

    expect(translator.learnPresentation('1.1', 'allowed')).toMatchObject([
      { changes: { callerNumber: null, callerName: null, callerRestricted: true } },
    ])
  })

  it.each(['unavailable', '', '<unknown>'])(
    'has no number, and nothing is restricted, when it is “%s”',
    (none) => {
      const [appeared] = arrives({ number: none, callerName: none })

      expect(appeared).toMatchObject({
        channel: { callerNumber: null, callerName: null, callerRestricted: false },
      })
      expect(translator.learnPresentation('1.1', 'unavailable')).toEqual([])
    },
  )
})

describe('a withheld number', () => {
  /** Everything that a queue call with a withheld number makes, in Asterisk’s order. */
  const wholeCall = () => {
    const withheld = { ...caller, state: 6, pres: 'prohib_not_screened' }
    const agent = {
      unique: '1.2',
      linked: '1.1',
      name: 'PJSIP/201-00000002',
      number: '201',
      connected: number,
      pres: 'allowed',
    }
    const half = {
      unique: '1.3',
      linked: '1.1',
      name: 'Local/205@agents-00000001;2',
      number,
      pres: 'allowed',
      state: 6,
    }
    return [
      ...arrives(),
      ...happens('NewConnectedLine', channel({ ...agent, unique: '1.9' })),
      ...happens('Newstate', channel(withheld)),
      ...happens('QueueCallerJoin', `${channel(withheld)}\nQueue: support\nPosition: 1`),
      ...happens('Newchannel', channel({ ...agent, state: 0 })),
      ...happens('NewConnectedLine', channel(agent)),
      ...happens('Newchannel', channel({ ...half, state: 0 })),
      ...happens('NewCallerid', channel(half)),
      ...happens(
        'AgentCalled',
        `${channel(withheld)}\n${channel(agent, 'Dest')}\nQueue: support\nInterface: PJSIP/201\nMemberName: 201`,
      ),
      ...happens('DialBegin', `${channel(withheld)}\n${channel(agent, 'Dest')}\nDialString: PJSIP/201`),
      ...happens('Hangup', `${channel(withheld)}\nCause: 16\nCause-txt: Normal Clearing`),
      ...happens('NewConnectedLine', channel(agent)),
    ]
  }

  it('is in no event at all, neither the caller’s own nor the agent’s', () => {
    const events = wholeCall()

    expect(events).toHaveLength(13)
    expect(JSON.stringify(events)).not.toContain(number)
    expect(JSON.stringify(events)).not.toContain('Olena')
  })

  it('is not shown by a list either, whatever was said before', () => {
    const item = block(`Event: CoreShowChannel\n${channel({ ...caller, pres: 'prohib' })}`)

    expect(translator.channelOf(item)).toMatchObject({ callerNumber: null, callerRestricted: true })
  })

  it('is not noted as the connected line of another channel, be it open', () => {
    arrives()
    const open = { ...caller, state: 6, pres: 'allowed' }
    const agent = { unique: '1.2', linked: '1.1', name: 'PJSIP/201-00000002', number: '201', pres: 'allowed' }
    const own = happens('Newstate', channel(open))
    const ofAgent = [
      ...happens('Newchannel', channel({ ...agent, connected: number })),
      ...happens('NewConnectedLine', channel({ ...agent, connected: number })),
      ...happens('DialBegin', `${channel(open)}\n${channel({ ...agent, connected: number }, 'Dest')}`),
    ]
    expect(JSON.stringify(own)).toContain(number)
    expect(ofAgent).toHaveLength(3)
    expect(JSON.stringify(ofAgent)).not.toContain(number)
  })

  it('does not hide the same number where it is given openly', () => {
    wholeCall()

    arrives({ unique: '2.1' })
    const events = happens('Newstate', channel({ ...caller, unique: '2.1', state: 6, pres: 'allowed' }))

    expect(events[0]).toMatchObject({ channelId: 'lab:2.1', changes: { callerNumber: number } })
  })
})

describe('text of a caller’s', () => {
  const nameOf = (callerName: string) => {
    arrives({ callerName })
    const [learnt] = translator.learnPresentation('1.1', 'allowed')
    return learnt?.type === 'channel.changed' ? learnt.changes.callerName : undefined
  }

  it('stays as it is in any script, with quotes and markup', () => {
    expect(nameOf('Олена "Lena" <script>alert(1)</script>')).toBe('Олена "Lena" <script>alert(1)</script>')
  })

  it('loses the backslashes that SIP put before its quotes', () => {
    expect(nameOf('Olena \\"Lena\\" \\\\ Kovalenko')).toBe('Olena "Lena" \\ Kovalenko')
  })

  it('loses control characters and marks that turn the writing direction', () => {
    expect(nameOf('Anna\u0007\u202e moc.knab')).toBe('Anna moc.knab')
  })

  it('is cut at 80 characters', () => {
    expect(nameOf('x'.repeat(10_000))).toBe(`${'x'.repeat(79)}…`)
  })

  it('cannot pass for an id by a line break', () => {
    const forged = channel(caller).replace(
      'Olena',
      'Olena\nUniqueid: 9.9\nLinkedid: 9.9\nChannel: PJSIP/201-1',
    )

    expect(happens('Newchannel', forged)).toMatchObject([
      { channel: { channelId: 'lab:1.1', linkedId: 'lab:1.1', device: 'PJSIP/trunk' } },
    ])
  })
})
