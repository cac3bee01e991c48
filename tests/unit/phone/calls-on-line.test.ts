import { expect, it } from 'vitest'
import { createCallsOnLine } from '../../../server/phone/calls-on-line.ts'
import { readSip } from '../../../server/phone/sip-message.ts'

function line() {
  const told: string[] = []
  const clock = { now: 0 }
  const calls = createCallsOnLine(
    () => told.push('empty'),
    () => clock.now,
  )
  const say = (start: string, about: string, callId = 'one') => {
    const message = readSip(`${start}\r\nCall-ID: ${callId}\r\nCSeq: 1 ${about}\r\n\r\n`)
    if (message === null) throw new Error('not SIP')
    calls.note(message)
  }
  return { calls, told, say, clock }
}

it('has a call from its INVITE to its BYE', () => {
  const { calls, told, say } = line()
  say('INVITE sip:a@b SIP/2.0', 'INVITE')
  say('SIP/2.0 200 OK', 'INVITE')
  expect([calls.count, calls.has('one')]).toEqual([1, true])
  say('BYE sip:a@b SIP/2.0', 'BYE')
  expect([calls.count, told]).toEqual([0, ['empty']])
})

it('has none that was declined or given up', () => {
  const { calls, say } = line()
  say('INVITE sip:a@b SIP/2.0', 'INVITE')
  say('SIP/2.0 486 Busy Here', 'INVITE')
  expect(calls.count).toBe(0)
})

it('keeps a call whose hold is refused, and lets go of one that the other side knows no more', () => {
  const { calls, say } = line()
  say('INVITE sip:a@b SIP/2.0', 'INVITE')
  say('SIP/2.0 200 OK', 'INVITE')
  say('INVITE sip:a@b SIP/2.0', 'INVITE')
  say('SIP/2.0 491 Request Pending', 'INVITE')
  expect(calls.count).toBe(1)
  say('SIP/2.0 481 Call Does Not Exist', 'INVITE')
  expect(calls.count).toBe(0)
})

it('is empty only when the last of several has ended', () => {
  const { told, say } = line()
  say('INVITE sip:a@b SIP/2.0', 'INVITE', 'one')
  say('INVITE sip:a@b SIP/2.0', 'INVITE', 'two')
  say('BYE sip:a@b SIP/2.0', 'BYE', 'one')
  expect(told).toEqual([])
  say('SIP/2.0 487 Request Terminated', 'INVITE', 'two')
  expect(told).toEqual(['empty'])
})

it('has those that a page left on no more, and the next page may take over what was answered, for a minute', () => {
  const { calls, say, clock } = line()
  say('INVITE sip:a@b SIP/2.0', 'INVITE', 'one')
  say('SIP/2.0 200 OK', 'INVITE', 'one')
  say('INVITE sip:a@b SIP/2.0', 'INVITE', 'rings')
  expect(calls.mayReplace('one')).toBe(false)
  calls.leave()
  expect([calls.count, calls.has('one')]).toEqual([0, false])
  expect([calls.mayReplace('one'), calls.mayReplace('rings')]).toEqual([true, false])
  clock.now = 60_000
  expect(calls.mayReplace('one')).toBe(false)
})
