import type { MemberForm, PbxCheck } from '../../../shared/pbx-check.ts'
import { extensionOfMember, type Directory } from '../../floor/members.ts'
import type { Asked } from './asked.ts'
import type { Found } from './judge-ami.ts'

/** Desks, and how the names of this PBX look among them. */
export interface Surroundings {
  prefix: string
  /** The desks with their devices as the floor names them. */
  desks: readonly { extension: string; interfaces: readonly string[] }[]
  /** Device names of the trunks, as the PBX has them. */
  trunks: readonly string[]
  /** CEL is read from a table. */
  readsTable: boolean
  /** Where queue_log is read from, as QUEUE_LOG_FILE and QUEUE_LOG_TABLE say; empty where it is not read. */
  queueLog: { file: string; table: string }
  /** Where this PBX takes SIP over WebSocket, as the settings have it; empty for nowhere. */
  sipUrl: string
  /** Asterisk's folder of voicemail as the settings have it; empty for none. */
  voicemailFolder: string
  /**
   * The contexts to which calls are sent, and where places are kept, as the settings have them; and those that the dialplan
   * itself leads to.
   */
  contexts: {
    transfer: string
    consult: string
    dial: string
    place: string
    callback: string
    keepPlace: string
    message: string
  }
}

/** How a member is written. */
export function formOf({
  interface: name,
  stateInterface,
}: {
  interface: string
  stateInterface: string
}): MemberForm {
  if (/^Local\/\d+@from-queue\/n$/.test(name) || stateInterface.startsWith('hint:')) return 'freepbx'
  if (name.startsWith('Local/')) return /\/n$/.test(name) ? 'localKept' : 'localOptimised'
  return /^(PJSIP|SIP|IAX2|DAHDI|SCCP)\//i.test(name) ? 'device' : 'other'
}

/** Queues and devices as they are, with the desks that they belong to. */
export function describeQueues(asked: Asked, around: Surroundings): Pick<PbxCheck, 'queues' | 'devices'> {
  const directory = directoryOf(around)
  const { prefix, trunks } = around
  return {
    queues: asked.queues.map(({ name, strategy, members }) => ({
      name: `${prefix}${name}`,
      strategy,
      members: members.map((member) => ({
        ...member,
        form: formOf(member),
        desk: extensionOfMember(directory, scoped(member, prefix)),
      })),
    })),
    devices: asked.devices.map(({ device, state, webrtc, contacts }) => ({
      device,
      state,
      kind: trunks.includes(device) ? 'trunk' : webrtc === true ? 'browser' : 'phone',
      contacts,
      desk: directory.extensionOfDevice.get(`${prefix}${device}`) ?? null,
    })),
  }
}

/** What is missing between queues, devices and desks. */
export function judgeQueues(asked: Asked, around: Surroundings): Found[] {
  const { queues, devices } = describeQueues(asked, around)
  if (queues.length === 0) {
    const lines = ['[support]', 'strategy = ringall', 'member => PJSIP/201']
    const fix = { file: 'queues.conf', section: null, lines, then: "asterisk -rx 'queue reload all'" }
    return [{ code: 'noQueues', features: ['queues', 'figures'], fix }]
  }
  const found: Found[] = []
  const empty = queues.filter(({ members }) => members.length === 0).map(({ name }) => name)
  if (empty.length > 0)
    found.push({ code: 'emptyQueues', features: ['queues'], values: { queues: empty.join(', ') } })
  return [...found, ...judgeMembers(queues), ...judgeDevices(asked, devices, around)]
}

function judgeMembers(queues: PbxCheck['queues']): Found[] {
  const byInterface = new Map<
    string,
    { queues: string[]; member: PbxCheck['queues'][number]['members'][number] }
  >()
  for (const { name, members } of queues) {
    for (const member of members) {
      const known = byInterface.get(member.interface) ?? { queues: [], member }
      byInterface.set(member.interface, known)
      known.queues.push(name)
    }
  }
  return [...byInterface].flatMap(([interfaceName, { queues: names, member }]): Found[] => {
    const values = { member: interfaceName, queues: names.join(', ') }
    const number = /\d{2,6}/.exec(interfaceName)?.[0]
    const found: Found[] = []
    if (member.desk === null) {
      const fix = number === undefined ? undefined : deskFix(number, deviceOf(member))
      found.push({ code: 'memberUnknown', features: ['desks', 'queues'], values, ...(fix && { fix }) })
    }
    if (member.form.startsWith('local') && member.stateInterface === interfaceName) {
      const lines = [`member => ${interfaceName},0,,PJSIP/${number ?? 'the device'}`]
      const fix = {
        file: 'queues.conf',
        section: names[0] ?? null,
        lines,
        then: "asterisk -rx 'queue reload all'",
      }
      found.push({ code: 'memberState', features: ['queues'], values, fix })
    }
    return found
  })
}

function judgeDevices(asked: Asked, devices: PbxCheck['devices'], { prefix, desks }: Surroundings): Found[] {
  const nobodys = devices.filter(({ desk, kind }) => desk === null && kind !== 'trunk')
  const known = new Set(asked.devices.map(({ device }) => `${prefix}${device}`))
  const strangers = desks.flatMap(({ extension, interfaces }) =>
    interfaces
      .filter((device) => device.startsWith(prefix) && /^(PJSIP|SIP)\//.test(device.slice(prefix.length)))
      .filter((device) => !known.has(device))
      .map((device) => ({ desk: extension, device })),
  )
  return [
    ...nobodys.map(({ device }): Found => {
      const number = /^\w+\/(\d{2,6})/.exec(device)?.[1]
      const fix = number === undefined ? undefined : deskFix(number, `${prefix}${device}`)
      return { code: 'deviceUnknown', features: ['desks'], values: { device }, ...(fix && { fix }) }
    }),
    // A PBX that gives no list of devices says nothing of which it knows.
    ...(known.size === 0 ? [] : strangers).map((values): Found => ({
      code: 'deskDevice',
      features: ['desks'],
      values,
    })),
  ]
}

function deskFix(extension: string, device: string) {
  return { file: 'settings', section: null, lines: [`DESKS=${extension}=${device}`], then: null }
}

/** The device that a desk needs for this member to be known by. */
function deviceOf({
  interface: name,
  stateInterface,
}: {
  interface: string
  stateInterface: string
}): string {
  const dialled = /^(?:Local\/|hint:)(\d+)@/.exec(stateInterface)?.[1]
  return dialled === undefined ? (stateInterface === '' ? name : stateInterface) : `PJSIP/${dialled}`
}

function scoped(member: { interface: string; stateInterface: string }, prefix: string) {
  return { interface: `${prefix}${member.interface}`, stateInterface: `${prefix}${member.stateInterface}` }
}

function directoryOf({ desks }: Surroundings): Directory {
  return {
    extensionOfDevice: new Map(
      desks.flatMap((desk) => desk.interfaces.map((device) => [device, desk.extension])),
    ),
    agents: new Map(desks.map((desk) => [desk.extension, desk])),
  }
}
