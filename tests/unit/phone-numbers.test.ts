import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCostly, understandNumber } from '../../shared/phone-numbers.ts'

describe('a number as a German trunk delivers it', () => {
  it.each([
    ['with its plus', '+493023125123'],
    ['without its plus', '493023125123'],
    ['with 00', '00493023125123'],
    ['with the trunk prefix', '03023125123'],
    ['without any prefix', '3023125123'],
    ['written by hand', '030 231-25/123'],
    ['with the trunk prefix in brackets', '+49 (0)30 23125123'],
    ['with an extension', '+49 30 23125123 ext. 12'],
    ['as a SIP address', 'sip:+493023125123@10.0.0.1;user=phone'],
    ['as a tel address', 'tel:+49-30-23125123;ext=12'],
    ['in Arabic digits', '٠٣٠٢٣١٢٥١٢٣'],
  ])('is understood %s', (_how, raw) => {
    expect(understandNumber(raw, 'DE')).toMatchObject({ e164: '+493023125123', display: '030 23125123' })
  })

  it.each([
    ['+380445551234', '+380 44 555 1234'],
    ['380445551234', '+380 44 555 1234'],
    ['+442079460321', '+44 20 7946 0321'],
    ['+12125550147', '+1 212 555 0147'],
  ])('shows %s, from abroad, in international form', (raw, display) => {
    expect(understandNumber(raw, 'DE')).toMatchObject({
      e164: raw.startsWith('+') ? raw : `+${raw}`,
      display,
    })
  })

  it.each([
    ['nothing', ''],
    ['a word', 'anonymous'],
    ['an extension', '201'],
    ['two numbers in one', '+1+1'],
    ['forty digits', '1'.repeat(40)],
    ['markup', '<script>alert(1)</script>'],
    ['a feature code', '*43'],
    ['a country that does not exist', '+9999999999'],
    ['a trunk prefix twice', '00490063104110'],
  ])('does not take %s for a number', (_what, raw) => {
    expect(understandNumber(raw, 'DE').e164).toBeNull()
  })

  it('is complete with a country code or the trunk prefix, and not without', () => {
    expect(understandNumber('+493023125123', 'DE').complete).toBe(true)
    expect(understandNumber('03023125123', 'DE').complete).toBe(true)
    expect(understandNumber('3023125123', 'DE').complete).toBe(false)
    expect(understandNumber('445551234', 'DE')).toMatchObject({ complete: false, nationalTail: '45551234' })
  })

  it('never lets anything but digits and number marks out, whatever comes in', () => {
    fc.assert(
      fc.property(
        fc.string({
          maxLength: 60,
          unit: fc.constantFrom(...Array.from('0123456789+-()/. ;,@#*xзé٣３\r\n\0<>"\u202e')),
        }),
        (raw) => {
          const { e164, display, nationalTail } = understandNumber(raw, 'DE')
          expect(e164 ?? '+493023125123').toMatch(/^\+[1-9]\d{3,14}$/)
          expect(display).toMatch(/^[\d+() /-]{0,24}$/)
          expect(nationalTail ?? '').toMatch(/^\d{0,8}$/)
        },
      ),
    )
  })

  it('understands its own E.164 again as the same number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(\+|00|0)?[1-9]\d{5,13}$/), (raw) => {
        const { e164 } = understandNumber(raw, 'DE')
        if (e164 !== null) expect(understandNumber(e164, 'DE').e164).toBe(e164)
      }),
    )
  })
})

it('numbers that pay their owner for each call are known as such', () => {
  expect(
    ['+499001123456', '+449098790000', '+18095551234', '+4930231251', '+491511234567'].map(isCostly),
  ).toEqual([...[true, true], ...[false, false, false]])
})
