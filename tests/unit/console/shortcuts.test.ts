import { answerKeyFrom, answerKeys } from '../../../client/ui/answer-key.ts'
import { functionKeys } from '../../../client/ui/keys.ts'
import { beforeAll, afterAll, describe, expect, it, vi } from 'vitest'
import { actionOf, isTyping } from '../../../client/phone/shortcuts.ts'

class Element {
  isContentEditable = false
  type = 'text'
}
class Input extends Element {}
class Area extends Element {}
class Select extends Element {}

beforeAll(() => {
  vi.stubGlobal('HTMLElement', Element)
  vi.stubGlobal('HTMLInputElement', Input)
  vi.stubGlobal('HTMLTextAreaElement', Area)
  vi.stubGlobal('HTMLSelectElement', Select)
})
afterAll(() => vi.unstubAllGlobals())

const pressed = (key: string, more: Partial<KeyboardEvent> = {}) =>
  actionOf({ key, target: new Element() as unknown as EventTarget, ...more } as KeyboardEvent)

describe('the keys of a call', () => {
  it('answer, mute, hold and end', () => {
    expect(['F2', 'F4', 'F7', 'F9'].map((key) => pressed(key))).toEqual(['answer', 'mute', 'hold', 'end'])
    expect([pressed('a'), pressed('Enter')]).toEqual([null, null])
  })

  it('do nothing while somebody types, or holds a key down, or means the browser', () => {
    for (const target of [new Input(), new Area(), new Select()])
      expect(pressed('F9', { target: target as unknown as EventTarget })).toBeNull()
    const note = Object.assign(new Element(), { isContentEditable: true })
    expect(pressed('F9', { target: note as unknown as EventTarget })).toBeNull()
    expect(pressed('F2', { repeat: true })).toBeNull()
    expect(pressed('F4', { altKey: true })).toBeNull()
  })

  it('work where a button or a box to tick has the focus', () => {
    const box = Object.assign(new Input(), { type: 'checkbox' })
    expect(isTyping(box as unknown as EventTarget)).toBe(false)
    expect(pressed('F2', { target: box as unknown as EventTarget })).toBe('answer')
  })
})

describe('the key that answers', () => {
  it('is the one that was chosen, and the usual one does nothing then', () => {
    const by = (chosen: string, key: string, more: Partial<KeyboardEvent> = {}) =>
      actionOf({ key, target: new Element() as unknown as EventTarget, ...more } as KeyboardEvent, chosen)
    expect([by('Pause', 'Pause'), by('Pause', 'F2'), by('Pause', 'F9')]).toEqual(['answer', null, 'end'])
    expect(by('Alt Enter', 'Enter', { altKey: true })).toBe('answer')
    expect([by('Alt Enter', 'Enter'), by('F2', 'F2', { altKey: true })]).toEqual([null, null])
  })

  it('is the usual one where what is kept is nothing that may be chosen', () => {
    expect([null, 'a', 'F9', 'Pause'].map(answerKeyFrom)).toEqual(['F2', 'F2', 'F2', 'Pause'])
  })
})

it('each function key has one meaning', () => {
  const keys = [...Object.values(functionKeys), ...answerKeys.filter((key) => key !== functionKeys.answer)]
  expect(new Set(keys).size).toBe(keys.length)
})
