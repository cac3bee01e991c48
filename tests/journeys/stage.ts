import { header, type LabAmi } from '../../lab/asterisk/ami.ts'
import type { LabAsterisk } from '../../lab/asterisk/asterisk.ts'
import { waitUntil } from '../../lab/asterisk/process.ts'
import { placeCall, type CallOptions, type PlacedCall } from '../../lab/sipp/call.ts'
import { startPhone, type Phone, type PhoneOptions } from '../../lab/sipp/phone.ts'

/** A call of the journey with the id that the server gives it. */
export interface StagedCall extends PlacedCall {
  callId: string
}

/** Phones and callers of one step after the other. */
export interface Stage {
  /** Every call so far, by its id. */
  readonly callIds: readonly string[]
  call: (options: CallOptions) => Promise<StagedCall>
  /** Registers a desk phone, which rings until told otherwise. */
  phone: (options: PhoneOptions) => Promise<Phone>
  /** Ends all calls and phones. */
  clear: () => Promise<void>
}

/** @param control a session that hears everything: it tells which call is whose */
export function openStage(pbx: LabAsterisk, control: LabAmi): Stage {
  const callIds: string[] = []
  let calls: StagedCall[] = []
  let phones: Phone[] = []
  return {
    callIds,
    call: async (options) => {
      const placed = await placeCall(pbx, options)
      const begun = await control.waitFor('a call from the trunk', (block) => {
        const callId = `${pbx.pbx}:${header(block, 'Uniqueid') ?? ''}`
        return (
          header(block, 'Event') === 'Newchannel' &&
          /^PJSIP\/trunk-/.test(header(block, 'Channel') ?? '') &&
          !callIds.includes(callId)
        )
      })
      const call = { ...placed, callId: `${pbx.pbx}:${header(begun, 'Uniqueid') ?? ''}` }
      callIds.push(call.callId)
      calls.push(call)
      return call
    },
    phone: async (options) => {
      const phone = await startPhone(pbx, { answer: 'never', ...options })
      phones.push(phone)
      return phone
    },
    clear: async () => {
      const [ending, leaving] = [calls, phones]
      calls = []
      phones = []
      await Promise.all(ending.map((call) => call.hangUp()))
      await waitUntil('every channel to be gone', async () => {
        const [status] = await control.action('CoreStatus')
        return header(status ?? [], 'CoreCurrentCalls') === '0'
      })
      await Promise.all(leaving.map((phone) => phone.stop()))
    },
  }
}
