import type { Asked } from './asked.ts'
import { dialplanFix, fixOf } from './fixes.ts'
import type { Found } from './judge-ami.ts'
import type { Surroundings } from './judge-queues.ts'

/** What the PBX lacks for callers who hang up and keep their place, and for messages that are left in a queue. */
export function judgePlaces(
  asked: Asked,
  around: Pick<Surroundings, 'contexts' | 'voicemailFolder'>,
): Found[] {
  return [...judgeDialplan(asked, around), ...judgeKeys(asked), ...judgeMessages(asked, around)]
}

function judgeDialplan({ contexts }: Asked, around: Pick<Surroundings, 'contexts'>): Found[] {
  if (contexts === null) return []
  const { place, callback, keepPlace, message } = around.contexts
  const found: Found[] = []
  const missing = [keepPlace, place, callback].filter((name) => !contexts.has(name))
  if (missing.length > 0) {
    const lines = missing.flatMap((name) => linesOf(name, around.contexts))
    const values = { contexts: missing.join(', ') }
    found.push({ code: 'placeContexts', features: ['places'], values, fix: dialplanFix(lines) })
  }
  if (!contexts.has(message)) {
    const fix = dialplanFix(messageLines(message))
    found.push({ code: 'messageContext', features: ['voicemail'], values: { context: message }, fix })
  }
  return found
}

/** Keys while waiting are what leads there, in any queue. */
function judgeKeys({ lines, queues }: Asked): Found[] {
  if (lines === null) return []
  const without = queues.map(({ name }) => name).filter((name) => !lines.has(`queues.conf ${name} context`))
  const [first] = without
  if (first === undefined || without.length < queues.length) return []
  const fix = fixOf('queues.conf', first, [`context = ${first}-keys`], 'queue reload all')
  const features = ['places', 'voicemail'] as const
  return [{ code: 'queueKeys', features, values: { queues: without.join(', ') }, fix }]
}

function judgeMessages(
  { lines }: Asked,
  { voicemailFolder }: Pick<Surroundings, 'voicemailFolder'>,
): Found[] {
  const found: Found[] = []
  const formats = lines?.get('voicemail.conf general format')
  if (formats !== undefined && !formats.split('|').includes('wav')) {
    const line = `format = ${['wav', ...formats.split('|')].join('|')}`
    const fix = fixOf('voicemail.conf', 'general', [line], 'voicemail reload')
    found.push({ code: 'voicemailFormat', features: ['voicemail'], values: { formats }, fix })
  }
  if (voicemailFolder === '') {
    const path = 'VOICEMAIL_DIR=/var/spool/asterisk/voicemail'
    const fix = { file: 'settings', section: null, lines: [path], then: null }
    found.push({ code: 'voicemailFolder', features: ['voicemail'], fix })
  }
  return found
}

/** The same as in lab/asterisk/config/extensions.conf, with the trunk and the numbers to be put in. */
function linesOf(name: string, { place, keepPlace }: Surroundings['contexts']): string[] {
  if (name === keepPlace)
    return [
      `[${name}]`,
      'exten => _[A-Za-z0-9][A-Za-z0-9]!,1,Set(RINGCARD_PLACE=)',
      ' same => n,UserEvent(RingcardPlace,Step: asked,Queue: ${EXTEN})',
      ' same => n,CELGenUserEvent(RINGCARD_PLACE,asked ${EXTEN})',
      ' same => n,WaitForCondition(#,#["#{RINGCARD_PLACE}" != ""],1,0.02)',
      ' same => n,GotoIf($["${RINGCARD_PLACE}" != "offered"]?back)',
      ' same => n,SayDigits(${FILTER(0-9,${CALLERID(num)})})',
      ' same => n,Read(CONFIRMED,if-correct-press&digits/1,1,,1,5)',
      ' same => n,GotoIf($["${CONFIRMED}" != "1"]?back)',
      ' same => n,Set(RINGCARD_PLACE=)',
      ' same => n,UserEvent(RingcardPlace,Step: wanted,Queue: ${EXTEN},Prio: ${QUEUE_PRIO})',
      ' same => n,CELGenUserEvent(RINGCARD_PLACE,wanted ${EXTEN} ${QUEUE_PRIO})',
      ' same => n,WaitForCondition(#,#["#{RINGCARD_PLACE}" != ""],3,0.02)',
      ' same => n,GotoIf($["${RINGCARD_PLACE}" != "kept"]?back)',
      ' same => n,Hangup()',
      ' same => n(back),Queue(${EXTEN},t,,,300,,,,${RINGCARD_POSITION})',
      '[…the context of the queue’s keys…]',
      `exten => 2,1,Goto(${name},…the queue…,1)`,
    ]
  if (name === place)
    return [
      `[${name}]`,
      'exten => _[A-Za-z0-9][A-Za-z0-9]!,1,Queue(${FILTER(A-Za-z0-9_-,${EXTEN})},rt,,,7200,,,,${RINGCARD_POSITION})',
      ' same => n,Hangup()',
    ]
  return [
    `[${name}]`,
    'exten => _00X.,1,Set(RINGCARD_CALL=)',
    ' same => n,UserEvent(RingcardPlace,Step: turn)',
    ' same => n,CELGenUserEvent(RINGCARD_PLACE,turn)',
    ' same => n,WaitForCondition(#,#["#{RINGCARD_CALL}" != ""],4,0.02)',
    ' same => n,GotoIf($["${RINGCARD_CALL}" != "yes"]?not)',
    ' same => n,Dial(PJSIP/+${FILTER(0-9,${EXTEN:2})}@…the trunk…,30,r)',
    ' same => n(not),Playback(vm-nobodyavail)',
    ' same => n,Hangup()',
  ]
}

const messageLines = (name: string): string[] => [
  `[${name}]`,
  'exten => s,1,UserEvent(RingcardVoicemail,Mailbox: ${RINGCARD_MAILBOX},File: ${VM_MESSAGEFILE})',
  ' same => n,CELGenUserEvent(RINGCARD_VOICEMAIL,${RINGCARD_MAILBOX} ${IF($["${VM_MESSAGEFILE}" = ""]?nothing:left)})',
  ' same => n,Return()',
  '[…where callers reach the mailbox, before VoiceMail…]',
  ' same => n,Set(RINGCARD_MAILBOX=…190@default…)',
  ` same => n,Set(CHANNEL(hangup_handler_push)=${name},s,1)`,
]
