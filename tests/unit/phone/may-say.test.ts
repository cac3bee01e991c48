import { describe, expect, it } from 'vitest'
import { whyNot } from '../../../server/phone/may-say.ts'
import { readSip } from '../../../server/phone/sip-message.ts'

const base = {
  Via: 'SIP/2.0/WS x1.invalid;branch=z9hG4bK1',
  'Max-Forwards': '69',
  From: '<sip:201-web@ringcard.invalid>;tag=a1',
  To: '<sip:201-web@ringcard.invalid>',
  'Call-ID': 'call1',
  CSeq: '1 REGISTER',
  Contact: '<sip:abc@x1.invalid;transport=ws>;+sip.ice;reg-id=1;+sip.instance="<urn:uuid:0b1c>";expires=120',
  Expires: '120',
  'Content-Length': '0',
}
const invite = {
  ...base,
  To: '<sip:+4930231250@ringcard.invalid>',
  CSeq: '1 INVITE',
  Contact: '<sip:abc@x1.invalid;transport=ws;ob>',
}

function text(start: string, headers: Record<string, string>, body = ''): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return `${[start, ...lines].join('\r\n')}\r\n\r\n${body}`
}
const register = (more: Record<string, string> = {}) =>
  text('REGISTER sip:ringcard.invalid SIP/2.0', { ...base, ...more })
const calling = (more: Record<string, string> = {}, uri = 'sip:+4930231250@ringcard.invalid') =>
  text(`INVITE ${uri} SIP/2.0`, { ...invite, ...more })

/** What becomes of a message of the phone 201-web: null when it may be said. */
function judged(
  message: string,
  more: { mayBegin?: boolean; calls?: string[]; left?: string[] } = {},
): string | null {
  const read = readSip(message)
  if (read === null) return 'not SIP'
  return whyNot(read, {
    endpoint: '201-web',
    mayBegin: more.mayBegin ?? true,
    hasCall: (callId) => (more.calls ?? []).includes(callId),
    mayReplace: (callId) => (more.left ?? []).includes(callId),
  })
}

describe('what the phone of a desk may say', () => {
  it('is to register and call as itself, with its own digest', () => {
    expect(judged(register())).toBeNull()
    expect(
      judged(register({ Authorization: 'Digest algorithm=MD5, username="201-web", realm="asterisk"' })),
    ).toBeNull()
    expect(judged(calling())).toBeNull()
    expect(judged(calling({}, 'sip:*98@ringcard.invalid'))).toBeNull()
  })

  it.each([
    ['to register as somebody else', register({ From: '<sip:202-web@ringcard.invalid>;tag=a1' }), 'From'],
    ['to register somebody else', register({ To: '<sip:202-web@ringcard.invalid>' }), 'To'],
    ['to call as somebody else', calling({ From: '<sip:202@ringcard.invalid>;tag=a' }), 'From'],
    [
      'to hide its name in another',
      calling({ From: '"x" <sip:201-web@ringcard.invalid>, <sip:202@a>;tag=a' }),
      'From',
    ],
    [
      'to use another’s secret',
      register({ Authorization: 'Digest username="202", realm="asterisk"' }),
      'authorization',
    ],
    [
      'to name two users',
      register({ Authorization: 'Digest username="201-web", username="202", realm="a"' }),
      'authorization',
    ],
    ['to have calls sent elsewhere', register({ Contact: '<sip:x@198.51.100.7:5060>' }), 'contact'],
    [
      'to have calls sent to two places',
      register({ Contact: '<sip:a@x.invalid;transport=ws>, <sip:x@198.51.100.7>' }),
      'contact',
    ],
    [
      'to claim another identity',
      calling({ 'P-Asserted-Identity': '<sip:112@a>' }),
      'header p-asserted-identity',
    ],
    ['to take over a call', calling({ Replaces: 'x;to-tag=1;from-tag=2' }), 'replaces'],
    ['to be led another way', calling({ Route: '<sip:198.51.100.7;lr>' }), 'header route'],
    ['to call what is no number', calling({}, 'sip:a@198.51.100.7;transport=udp'), 'number'],
    [
      'to write to others',
      text('MESSAGE sip:202@a SIP/2.0', { ...invite, CSeq: '1 MESSAGE' }),
      'method MESSAGE',
    ],
    ['to transfer', text('REFER sip:202@a SIP/2.0', { ...invite, CSeq: '1 REFER' }), 'method REFER'],
    [
      'to watch others',
      text('SUBSCRIBE sip:202@a SIP/2.0', { ...invite, CSeq: '1 SUBSCRIBE' }),
      'method SUBSCRIBE',
    ],
    ['a compact header', register().replace('From:', 'f:'), 'not SIP'],
    ['a folded header', register().replace('From: ', 'From:\r\n '), 'not SIP'],
    ['a line ended by LF alone', register({ Expires: '120\nFrom: <sip:202@a>' }), 'not SIP'],
    ['a header twice', register().replace('Expires', 'From: <sip:202@a>;tag=b\r\nExpires'), 'from twice'],
    ['two messages in one', register() + register({ From: '<sip:202@a>;tag=a' }), 'not SIP'],
    ['a length that leaves some over', register({ 'Content-Length': '5' }), 'not SIP'],
    ['a method that is not that of CSeq', register({ CSeq: '1 INVITE' }), 'not SIP'],
    ['nothing at all', '', 'not SIP'],
  ])('is not %s', (_what, message, why) => {
    expect(judged(message)).toBe(why)
  })

  it('is to take back a call that the page before left on, and nobody else’s', () => {
    const back = (replaces: string) => judged(calling({ Replaces: replaces }), { left: ['x'] })
    expect(back('x;to-tag=as1.b;from-tag=2')).toBeNull()
    for (const other of ['y;to-tag=1;from-tag=2', 'x;to-tag=1', 'x;to-tag=1;from-tag=2;early-only', ''])
      expect(back(other)).toBe('replaces')
    expect(judged(register({ Replaces: 'x;to-tag=1;from-tag=2' }), { left: ['x'] })).toBe('replaces')
    const twice = calling({ Replaces: 'x;to-tag=1;from-tag=2' }).replace(
      'Replaces',
      'Replaces: y;to-tag=1;from-tag=2\r\nReplaces',
    )
    expect(judged(twice, { left: ['x'] })).toBe('replaces twice')
    const answer = text('SIP/2.0 200 OK', { ...invite, Replaces: 'x;to-tag=1;from-tag=2' })
    expect(judged(answer, { left: ['x'] })).toBe('replaces')
  })

  it('in a call: whatever the call needs, in the name that the call has', () => {
    const within = { From: '<sip:abc@x1.invalid>;tag=1', To: '<sip:+49@1.2.3.4>;tag=2', CSeq: '2 BYE' }
    expect(judged(text('BYE sip:x@1.2.3.4 SIP/2.0', { ...invite, ...within }))).toBeNull()
    expect(judged(text('SIP/2.0 200 OK', { ...invite, ...within, CSeq: '1 INVITE' }))).toBeNull()
  })

  it('after signing out: only what ends or holds a call that is on', () => {
    const within = { From: '<sip:abc@x1.invalid>;tag=1', To: '<sip:+49@1.2.3.4>;tag=2', CSeq: '2 BYE' }
    const bye = text('BYE sip:x@1.2.3.4 SIP/2.0', { ...invite, ...within })
    expect(judged(bye, { mayBegin: false, calls: ['call1'] })).toBeNull()
    expect(judged(bye, { mayBegin: false })).toBe('signed out')
    expect(judged(register(), { mayBegin: false, calls: ['call1'] })).toBe('signed out')
    expect(judged(calling(), { mayBegin: false })).toBe('signed out')
  })
})
