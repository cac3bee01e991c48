import { beforeEach, describe, expect, it } from 'vitest'
import { channel } from './ami-text.ts'
import { caller, newTranslator, stamp } from './translator.ts'

let { happens, arrives, odd } = newTranslator()
beforeEach(() => {
  ;({ happens, arrives, odd } = newTranslator())
  arrives()
})
const says = (name: string, lines: string) =>
  happens('UserEvent', `${channel(caller)}\nUserEvent: ${name}\n${lines}`)
const own = { channelId: 'lab:1.1', linkedId: 'lab:1.1' }

describe('a place in a queue', () => {
  it('is asked for and wanted, by the dialplan’s word alone', () => {
    expect(says('RingcardPlace', 'Step: asked\nQueue: support')).toEqual([
      { ...stamp, type: 'place.said', ...own, said: 'asked', queue: 'support', prio: 0 },
    ])
    expect(says('RingcardPlace', 'Step: wanted\nQueue: support\nPrio: 10')).toMatchObject([
      { said: 'wanted', prio: 10 },
    ])
    expect(says('RingcardPlace', 'Step: wanted\nQueue: support\nPrio: ')).toMatchObject([{ prio: 0 }])
    expect(says('RingcardPlace', 'Step: turn')).toMatchObject([{ said: 'turn', queue: null }])
  })

  it('is not told of by an event that lacks what makes it one', () => {
    expect(says('RingcardPlace', 'Step: stolen\nQueue: support')).toEqual([])
    expect(says('RingcardPlace', 'Step: asked')).toEqual([])
    expect(odd).toHaveLength(1)
  })

  it('is kept by channels that are of the customer’s call, whatever Asterisk links them to', () => {
    const keeper = { unique: 'ringcard-place-1.1-2;2', linked: 'ringcard-place-1.1-2', state: 6 }
    const [appeared] = happens(
      'Newchannel',
      channel({ ...keeper, name: 'Local/support@ringcard-place-0001;2' }),
    )
    expect(appeared).toMatchObject({
      channel: { channelId: 'lab:ringcard-place-1.1-2;2', linkedId: 'lab:1.1', localHalf: 2 },
    })
    const joined = happens('QueueCallerJoin', `${channel(keeper)}\nQueue: support\nPosition: 1`)
    expect(joined.at(-1)).toMatchObject({ type: 'queue.entered', linkedId: 'lab:1.1' })
  })
})

describe('a mailbox', () => {
  it('was left with a message or without one', () => {
    const file = 'File: /var/spool/asterisk/voicemail/hearth/190/INBOX/msg0000'
    expect(says('RingcardVoicemail', `Mailbox: 190@hearth\n${file}`)).toEqual([
      { ...stamp, type: 'voicemail.over', ...own, mailbox: '190@hearth', left: true },
    ])
    expect(says('RingcardVoicemail', 'Mailbox: 190@hearth\nFile: ')).toMatchObject([{ left: false }])
    expect(says('RingcardVoicemail', 'Mailbox: ../../etc\nFile: x')).toEqual([])
  })
})
