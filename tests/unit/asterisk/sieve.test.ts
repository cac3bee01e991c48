import { describe, expect, it } from 'vitest'
import { createSieve } from '../../../server/asterisk/sieve.ts'

const block = (event: string, ...lines: string[]) => [`Event: ${event}`, ...lines, '', ''].join('\r\n')
const varSet = block('VarSet', 'Timestamp: 1764000000.5', 'Variable: A', 'Value: б')
const hangup = block('Hangup', 'Uniqueid: 1764000000.7')

function sift() {
  const left: string[] = []
  const passed: string[] = []
  const sieve = createSieve({
    isUseless: (event) => event === 'VarSet',
    onUseless: (event, text) => left.push(`${event} ${text.length}`),
    onText: (text) => passed.push(text),
  })
  return { sieve, left, passed }
}

describe('what is left out before it is parsed', () => {
  it('is the events that nobody reads; the rest comes a block at a time', () => {
    const { sieve, left, passed } = sift()
    sieve.push(hangup + varSet + varSet + hangup)
    expect(passed).toEqual([hangup, hangup])
    expect(left).toEqual([`VarSet ${varSet.length}`, `VarSet ${varSet.length}`])
  })

  it('is the same wherever the stream is cut', () => {
    const stream = `Asterisk Call Manager/11.0.0\r\n${block('FullyBooted')}${varSet}${hangup}${varSet}${hangup}`
    const whole = sift()
    whole.sieve.push(stream)
    for (let cut = 1; cut < stream.length; cut++) {
      const torn = sift()
      torn.sieve.push(stream.slice(0, cut))
      torn.sieve.push(stream.slice(cut))
      expect(torn.passed, `cut at ${cut}`).toEqual(whole.passed)
      expect(torn.left).toEqual(whole.left)
    }
  })

  it('is never an item of a list that was asked for', () => {
    const { sieve, passed } = sift()
    const item = block('VarSet', 'ActionID: ringcard-7')
    sieve.push(item)
    expect(passed).toEqual([item])
  })

  it('is never what follows a block that ends oddly', () => {
    const { sieve, passed, left } = sift()
    const odd = `${varSet.slice(0, -2)}\n`
    sieve.push(odd + hangup)
    expect([passed, left]).toEqual([[odd + hangup], []])
  })

  it('does not hold back a block that ends oddly', () => {
    const { sieve, passed } = sift()
    const odd = `${hangup.slice(0, -2)}\n`
    sieve.push(odd)
    expect(passed).toEqual([odd])
  })

  it('is not an answer, whatever stands in it', () => {
    const { sieve, passed } = sift()
    const answer = 'Response: Success\r\nMessage: Event: VarSet\r\n\r\n'
    sieve.push(answer)
    expect(passed).toEqual([answer])
  })
})
