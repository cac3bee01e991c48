import { describe, expect, it } from 'vitest'
import { createForgottenCalls } from '../../server/forgotten-calls.ts'
import { Story } from './floor/story.ts'

/** A caller who waits, on a PBX that is heard. */
function waiting() {
  const story = new Story()
  story.snapshot({})
  const customer = story.customer()
  story.enters('support', customer)
  return { story, customer, forgotten: createForgottenCalls(() => story.floor) }
}

describe('calls whose caller was erased', () => {
  it('are looked out for as long as the PBX may name them, and then no event costs anything', () => {
    const { story, customer, forgotten } = waiting()
    expect(forgotten.isLooking()).toBe(false)
    forgotten.add(customer)
    story.happens({ type: 'call.erased', callId: customer })
    forgotten.letGo()
    expect(forgotten.has(customer)).toBe(true)

    story.gone(customer)
    forgotten.letGo()
    expect(forgotten.has(customer)).toBe(true)
    story.wait(60_000)
    story.happens({ type: 'tick' })
    forgotten.letGo()
    expect(story.floor.calls.size).toBe(0)
    expect(forgotten.isLooking()).toBe(false)
  })

  it('are looked out for until their PBX has been heard, as after a start', () => {
    const { story, forgotten } = waiting()
    story.happens({ type: 'link.lost' })
    forgotten.add('lab:99')
    forgotten.add('other:1')
    forgotten.letGo()
    expect([forgotten.has('lab:99'), forgotten.has('other:1')]).toEqual([true, true])
    story.snapshot({})
    forgotten.letGo()
    expect([forgotten.has('lab:99'), forgotten.has('other:1')]).toEqual([false, true])
  })
})
