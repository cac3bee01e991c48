import { describe, expect, it } from 'vitest'
import { createCallCommands } from '../../../server/asterisk/call-commands.ts'
import type { AmiBlock } from '../../../server/asterisk/fields.ts'
import type { RunningLink } from '../../../server/asterisk/link-settings.ts'

const places = {
  TRANSFER_CONTEXT: 'ringcard-transfer',
  CONSULT_CONTEXT: 'ringcard-consult',
  DIAL_CONTEXT: 'ringcard-dial',
  prefix: '',
}

/** A PBX that answers `Getvar` by what it is given, and what was asked of it in order. */
function pbxWith(variables: Record<string, string>) {
  const asked: string[] = []
  const action: RunningLink['action'] = (name, fields) => {
    const { Channel, Variable = '', ...rest } = fields
    asked.push([name, Channel, Variable, ...Object.values(rest)].filter(Boolean).join(' '))
    return Promise.resolve({ response: 'Success', value: variables[Variable] ?? '' } as unknown as AmiBlock)
  }
  const commands = createCallCommands(
    { of: (pbx) => (pbx === 'lab' ? ({ action, systemAction: action } as RunningLink) : undefined) },
    () => places,
  )
  return { asked, commands }
}
const channel = 'lab:1764000000.7'

describe('what is done to a call on a PBX', () => {
  it('a transfer is begun only where the dialplan leads somewhere', async () => {
    const { asked, commands } = pbxWith({ 'DIALPLAN_EXISTS(ringcard-transfer,202,1)': '1' })
    expect(await commands.transfer(channel, '202')).toBe(true)
    expect(await commands.transfer(channel, '999')).toBe(false)
    expect(await commands.transfer(channel, 'x,1)} evil')).toBe(false)
    expect(asked).toEqual([
      'Getvar DIALPLAN_EXISTS(ringcard-transfer,202,1)',
      'BlindTransfer 1764000000.7 202 ringcard-transfer',
      'Getvar DIALPLAN_EXISTS(ringcard-transfer,999,1)',
    ])
  })

  it('a consultation to a number that could go on is ended by #, and makes no sound when it fails', async () => {
    const { asked, commands } = pbxWith({ 'DIALPLAN_EXISTS(ringcard-consult,00493023125901,1)': '1' })
    expect(await commands.consult(channel, '00493023125901', true)).toBe(true)
    expect(asked.slice(1)).toEqual([
      'Setvar 1764000000.7 FEATURE(xferfailsound)',
      'Atxfer 1764000000.7 00493023125901# ringcard-consult',
    ])
  })

  it('a key is pressed digit by digit, as this PBX has it; one without it refuses', async () => {
    const { asked, commands } = pbxWith({ 'FEATURE(atxferswap)': '*4' })
    await commands.press(channel, 'atxferswap')
    expect(asked.slice(1)).toEqual(['PlayDTMF 1764000000.7 * true', 'PlayDTMF 1764000000.7 4 true'])
    await expect(commands.press(channel, 'atxferthreeway')).rejects.toMatchObject({
      code: 'ami.refused_action',
    })
  })

  it('a parked call is to ring at the phone that is named, whose name may have a dash', async () => {
    const { asked, commands } = pbxWith({})
    await commands.park(channel, 'PJSIP/201-web')
    expect(asked).toEqual(['Park 1764000000.7 PJSIP/201-web-0'])
  })

  it('an agent’s own phone is called first, shows whom it is to call, and is named as it was asked', async () => {
    const { asked, commands } = pbxWith({ 'DIALPLAN_EXISTS(ringcard-dial,00493023125901,1)': '1' })
    const whom = { exten: '00493023125901', shown: '+493023125901', ringMs: 25_000 }
    expect(await commands.originate('lab:mine', 'PJSIP/201', whom)).toBe(true)
    expect(await commands.originate('lab:mine', 'PJSIP/201', { ...whom, exten: '999' })).toBe(false)
    expect(asked[1]).toBe(
      'Originate PJSIP/201 mine ringcard-dial 00493023125901 1 <+493023125901> 25000 true',
    )
    const hostile = { ...whom, shown: '1>\r\nAction: Command' }
    await expect(commands.originate('lab:mine', 'PJSIP/201', hostile)).rejects.toMatchObject({
      code: 'ami.invalid_field',
    })
  })

  it('a channel of no PBX of ours is not reached', async () => {
    const { commands } = pbxWith({})
    await expect(commands.hangUp('other:1.1')).rejects.toMatchObject({ code: 'ami.not_connected' })
  })
})
