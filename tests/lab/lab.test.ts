import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { header, LabAmi } from '../../lab/asterisk/ami.ts'
import { startAsterisk, type LabAsterisk } from '../../lab/asterisk/asterisk.ts'
import { processStart, waitUntil } from '../../lab/asterisk/process.ts'
import { placeCall, startPhone, startTrunk, type Phone, type PhoneOptions } from '../../lab/sipp/sipp.ts'
import { recordTrace } from '../../lab/traces/record.ts'
import type { Trace } from '../../lab/traces/trace.ts'

/** From Germany's mobile numbers for fiction. */
const caller = '+4915228817386'

let pbx: LabAsterisk
const phones: Phone[] = []

beforeAll(async () => {
  pbx = await startAsterisk()
})
afterAll(() => pbx.stop())
afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()))
})

async function phoneOf(options: PhoneOptions): Promise<Phone> {
  const phone = await startPhone(pbx, options)
  phones.push(phone)
  return phone
}

/** Records without writing a file. */
const record = (run: () => Promise<void>): Promise<Trace> => recordTrace(pbx, 'test', run, { folder: null })
const queueEvents = (trace: Trace) => trace.queueLog.map((row) => row.split('|')[4])
const celEvents = (trace: Trace) => trace.cel.map((row) => /^"(\w+)"/.exec(row)?.[1])
const amiEvents = (trace: Trace) => trace.pieces.map((piece) => /^Event: (.*)\r$/m.exec(piece.text)?.[1])

describe('a call through the menu to support', () => {
  it('is in queue_log, CDR, CEL and the manager’s events, and nothing secret is', async () => {
    const phone = await phoneOf({ extension: '201', answer: { afterMs: 700 } })
    const trace = await record(async () => {
      const call = await placeCall(pbx, {
        from: caller,
        to: '+493023125100',
        callerName: 'Оля "Q" <script>alert(1)</script>',
        digits: [{ afterMs: 1000, digit: '1' }],
      })
      await phone.waitFor('answered')
      await phone.hangUp()
      expect(await call.ended).toMatchObject({ answered: true, status: 200, by: 'pbx' })
    })
    expect(queueEvents(trace)).toEqual(['ENTERQUEUE', 'CONNECT', 'COMPLETEAGENT'])
    expect(trace.cdr).toHaveLength(1)
    expect(trace.cdr[0]).toContain('<script>')
    expect(celEvents(trace)).toEqual(
      expect.arrayContaining(['CHAN_START', 'ANSWER', 'BRIDGE_ENTER', 'LINKEDID_END']),
    )
    const events = amiEvents(trace)
    expect(events).toEqual(
      expect.arrayContaining(['Newchannel', 'QueueCallerJoin', 'AgentCalled', 'AgentConnect']),
    )
    // Filtered at the source.
    expect(events).not.toContain('VarSet')
    expect(events).not.toContain('DeviceStateChange')
    const applications = trace.pieces.flatMap(({ text }) => /^Application: (.*)\r$/m.exec(text)?.[1] ?? [])
    expect(new Set(applications)).toEqual(new Set(['Queue']))
  })
})

describe('direct calls', () => {
  it('reach the agent’s phone; the caller hangs up', async () => {
    const phone = await phoneOf({ extension: '202', answer: { afterMs: 200 } })
    const call = await placeCall(pbx, { from: caller, to: '+493023125202' })
    await phone.waitFor('answered')
    expect(await call.hangUp()).toMatchObject({ answered: true, by: 'caller' })
    await phone.waitFor('over')
  })

  it('hear that the agent’s phone is busy', async () => {
    await phoneOf({ extension: '203', answer: 'busy' })
    const call = await placeCall(pbx, { from: caller, to: '493023125203' })
    expect(await call.ended).toMatchObject({ answered: false, status: 486, by: 'pbx' })
  })

  it('can be given up while the phone rings', async () => {
    const phone = await phoneOf({ extension: '204', answer: 'never' })
    const call = await placeCall(pbx, { from: caller, to: '+493023125204' })
    await phone.waitFor('ringing')
    expect(await call.hangUp()).toMatchObject({ answered: false, status: 487, by: 'caller' })
  })

  it('are held and taken back by the phone', async () => {
    const phone = await phoneOf({
      extension: '205',
      answer: { afterMs: 100 },
      hold: { afterMs: 100, forMs: 400 },
    })
    const trace = await record(async () => {
      const call = await placeCall(pbx, { from: caller, to: '+493023125205' })
      await phone.waitFor('resumed')
      await call.hangUp()
    })
    expect(amiEvents(trace)).toEqual(expect.arrayContaining(['Hold', 'Unhold']))
  })
})

describe('a withheld number', () => {
  it('is told as withheld from the second event of its channel, not by the first', async () => {
    const trace = await record(async () => {
      const call = await placeCall(pbx, {
        from: caller,
        to: '+493023125101',
        withheld: true,
        hangUpAfterMs: 300,
      })
      await call.ended
    })
    const presentations = trace.pieces.flatMap(({ text }) => {
      const event = /^Event: (.*)\r$/m.exec(text)?.[1] ?? ''
      const presentation = /CALLERID\(pres\)=(\w+)/.exec(text)?.[1]
      return presentation === undefined ? [] : [{ event, presentation }]
    })
    expect(presentations[0]).toEqual({ event: 'Newchannel', presentation: 'allowed_not_screened' })
    expect(new Set(presentations.slice(1).map(({ presentation }) => presentation))).toEqual(
      new Set(['prohib_not_screened']),
    )
  })
})

describe('calls that go out', () => {
  it('are answered, busy or refused by the trunk’s far end', async () => {
    const trunk = await startTrunk(pbx, {
      answerAfterMs: 100,
      busy: ['+4940669690001'],
      refused: ['+4940669690002'],
    })
    const dial = async (to: string) => {
      const call = await placeCall(pbx, { from: { agent: '201' }, to, hangUpAfterMs: 200 })
      return call.ended
    }
    try {
      expect(await dial('040669690000')).toMatchObject({ answered: true, by: 'caller' })
      expect(await dial('+4940669690001')).toMatchObject({ answered: false, status: 486 })
      expect(await dial('004940669690002')).toMatchObject({ answered: false, status: 503 })
    } finally {
      await trunk.stop()
    }
  })
})

describe('the server’s manager user', () => {
  it('may do what the server does, and no more', async () => {
    const ami = await LabAmi.open(pbx.ami)
    try {
      for (const list of [
        'CoreShowChannels',
        'QueueStatus',
        'BridgeList',
        'DeviceStateList',
        'ParkedCalls',
      ]) {
        expect((await ami.action(list, {}, { list: true })).length).toBeGreaterThan(1)
      }
      await ami.action('QueuePause', { Interface: 'PJSIP/201', Paused: 'false' })
      const runsProgram = { Channel: 'Local/600@ivr', Application: 'System', Data: 'true' }
      for (const [action, fields] of [
        ['Command', { Command: 'core show uptime' }],
        ['UpdateConfig', {}],
        ['DBPut', { Family: 'ringcard', Key: 'one', Val: 'two' }],
        ['ModuleLoad', { LoadType: 'reload' }],
        ['Originate', runsProgram],
      ] as const) {
        await expect(ami.action(action, fields), action).rejects.toThrow(/denied|forbidden/i)
      }
      const system = await LabAmi.open(pbx.systemAmi)
      try {
        await system.action('DBPut', { Family: 'ringcard', Key: 'one', Val: 'two' })
        for (const action of ['Originate', 'BlindTransfer', 'QueuePause', 'Command', 'Getvar'])
          await expect(
            system.action(action, action === 'Originate' ? runsProgram : { Variable: 'x', Command: 'x' }),
            action,
          ).rejects.toThrow(/denied|forbidden/i)
      } finally {
        system.close()
      }
    } finally {
      ami.close()
    }
  })
})

describe('a call that the server does not help', () => {
  it('waits no longer than 200 ms for it', async () => {
    const phone = await phoneOf({ extension: '206', answer: 'never' })
    const trace = await record(async () => {
      const call = await placeCall(pbx, { from: caller, to: '+493023125206' })
      await phone.waitFor('ringing')
      await call.hangUp()
    })
    const at = (event: string) => {
      const piece = trace.pieces.find(({ text }) => text.startsWith(`Event: ${event}\r`))
      return Number(/^Timestamp: (.*)\r$/m.exec(piece?.text ?? '')?.[1])
    }
    const waited = at('DialBegin') - at('Newchannel')
    expect(waited).toBeGreaterThan(0.15)
    // The rest is Asterisk's own work and a busy machine's.
    expect(waited).toBeLessThan(0.6)
  })
})

describe('Asterisk', () => {
  it.each(['kill', 'graceful'] as const)('comes back on the same ports after a restart (%s)', async (how) => {
    const before = pbx.pid
    await pbx.restart(how)
    expect(pbx.pid).not.toBe(before)
    const ami = await LabAmi.open(pbx.ami)
    expect(header((await ami.action('CoreSettings'))[0] ?? [], 'AsteriskVersion')).toContain(pbx.version)
    ami.close()
  })

  it('leaves no process and no file behind', async () => {
    const other = await startAsterisk()
    const { pid, files } = other
    // app_queue writes its first line a moment after it takes calls.
    await waitUntil('the first line of queue_log', async () =>
      (await readFile(files.queueLog, 'utf8').catch(() => '')).includes('QUEUESTART'),
    )
    await other.stop()
    expect(processStart(pid)).toBeUndefined()
    await expect(readFile(files.queueLog)).rejects.toThrow('ENOENT')
  })
})
