import { describe, expect, it } from 'vitest'
import { createTypedPins } from '../../../server/asterisk/typed-pins.ts'

describe('a typed PIN', () => {
  it('is given once to whoever has its name, and is gone then', () => {
    const pins = createTypedPins()
    const keptAs = pins.keep('7061')

    expect(keptAs).not.toContain('7061')
    expect(pins.take(keptAs)).toBe('7061')
    expect(pins.take(keptAs)).toBeNull()
    expect(pins.take('of another process')).toBeNull()
  })

  it('that nobody asks for makes room in the end', () => {
    const pins = createTypedPins()
    const first = pins.keep('7061')
    for (let n = 0; n < 500; n++) pins.keep('1234')

    expect(pins.take(first)).toBeNull()
  })
})
