import { describe, expect, it } from 'vitest'
import { readEvent } from '../../../server/asterisk/read-event.ts'

const block = (...lines: string[]) => [...lines, '', ''].join('\r\n')

describe('what is left to the package', () => {
  it.each([
    ['an answer', block('Response: Success', 'ActionID: 1')],
    ['a greeting before an event', block('Asterisk Call Manager/11.0.0', 'Event: FullyBooted')],
    ['a line that ends without CR', 'Event: Hangup\r\nCause: 16\nUniqueid: 1.1\r\n\r\n'],
    ['an event that ends as Asterisk should not end it', 'Event: Hangup\r\nCause: 16\r\n\n'],
    ['two events of which the first ends so', 'Event: A\r\nCause: 16\r\n\nEvent: B\r\n\r\n'],
    ['a line that is no header', block('Event: Hangup', 'nothing here')],
    ['a colon in another line', block('Event: Hangup', 'nothing here', 'Cause: 16')],
    ['a header without a name', block('Event: Hangup', ': 16')],
    ['a name with blanks', block('Event: Hangup', 'Cause of it: 16')],
    ['a name that means something to JavaScript', block('Event: Hangup', '__proto__: 16')],
  ])('is %s', (_what, text) => {
    expect(readEvent(text)).toBeNull()
  })
})

it('a header may be called as a method of objects is', () => {
  expect(readEvent(block('Event: Hangup', 'constructor: 16'))).toEqual({ event: 'Hangup', constructor: '16' })
})
