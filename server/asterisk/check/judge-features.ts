import type { PbxFix } from '../../../shared/pbx-check.ts'
import type { Asked } from './asked.ts'
import { dialplanFix, fixOf } from './fixes.ts'
import { isYes, type Found } from './judge-ami.ts'
import { judgePlaces } from './judge-places.ts'
import type { Surroundings } from './judge-queues.ts'

type Lines = ReadonlyMap<string, string>

const neededByCel = ['eventtype', 'eventtime', 'uniqueid', 'linkedid'] as const

/** What the PBX lacks for transfers, parking, recording, browser phones and for telling afterwards what nobody heard. */
export function judgeFeatures(
  asked: Asked,
  around: Pick<Surroundings, 'readsTable' | 'queueLog' | 'sipUrl' | 'contexts' | 'voicemailFolder'>,
): Found[] {
  const { lines, actions, devices, parkingLots } = asked
  const found: Found[] = []
  // Recording is begun by the dialplan: what may stop it is there with the module.
  if (!actions.has('stopmixmonitor') && actions.has('setvar')) {
    const fix = fixOf(
      'modules.conf',
      'modules',
      ['load = app_mixmonitor.so'],
      'module load app_mixmonitor.so',
    )
    found.push({ code: 'mixMonitor', features: ['recording'], fix })
  }
  if (parkingLots.length === 0) {
    const lot = ['parkext = 800', 'parkpos = 801-809', 'context = parkedcalls', 'comebacktoorigin = yes']
    const fix = fixOf('res_parking.conf', 'default', lot, 'module reload res_parking.so')
    found.push({ code: 'noParking', features: ['parking'], fix })
  }
  if (devices.length > 0 && !devices.some(({ webrtc }) => webrtc === true)) {
    found.push({ code: 'noWebrtc', features: ['browserPhone'], fix: browserPhone })
  }
  if (devices.some(({ webrtc }) => webrtc === true) && around.sipUrl === '') {
    const fix = { file: 'settings', section: null, lines: ['SIP_WS_URL=ws://127.0.0.1:8088/ws'], then: null }
    found.push({ code: 'sipUrl', features: ['browserPhone'], fix })
  }
  found.push(...judgeContexts(asked, around), ...judgePlaces(asked, around))
  if (lines)
    found.push(
      ...judgeSecrets(asked),
      ...judgeKeys(lines),
      ...judgeWebServer(asked, lines),
      ...judgeRecords(lines, around.readsTable),
      ...judgeQueueLog(lines, around.queueLog),
    )
  return found
}

/** Without the contexts the console has nowhere to send a call. */
function judgeContexts({ contexts }: Asked, around: Pick<Surroundings, 'contexts'>): Found[] {
  if (contexts === null) return []
  const { transfer, consult, dial } = around.contexts
  const lines = [
    ...(contexts.has(transfer) ? [] : transferLines(transfer)),
    ...(contexts.has(consult) ? [] : consultLines(consult)),
  ]
  const missing = [transfer, consult].filter((name) => !contexts.has(name))
  const found: Found[] = []
  if (missing.length > 0) {
    const values = { contexts: missing.join(', ') }
    found.push({ code: 'transferContexts', features: ['transfers'], values, fix: dialplanFix(lines) })
  }
  if (!contexts.has(dial)) {
    const values = { context: dial }
    found.push({ code: 'dialContext', features: ['dialling'], values, fix: dialplanFix(dialLines(dial)) })
  }
  return found
}

const transferLines = (name: string): string[] => [
  `[${name}]`,
  'exten => _XX!,1,Goto(from-internal,${EXTEN},1)',
  'exten => _queue-.,1,Queue(${FILTER(A-Za-z0-9_-,${EXTEN:6})},t)',
]
const consultLines = (name: string): string[] => [
  `[${name}]`,
  'exten => _XXX,1,Dial(PJSIP/${EXTEN},25,t)',
  'exten => _00X.,1,Dial(PJSIP/+${FILTER(0-9,${EXTEN:2})}@trunk,60)',
]
// The phone that was called shows whom it is to call: the caller is the desk again.
const dialLines = (name: string): string[] => [
  `[${name}]`,
  'exten => _XX.,1,Set(CALLERID(all)=${PJSIP_ENDPOINT(${CHANNEL(endpoint)},callerid)})',
  ' same => n,Goto(from-internal,${EXTEN},1)',
]

function judgeKeys(lines: Lines): Found[] {
  // Blind transfer has keys of its own where none are set.
  const codes = { atxfer: '*2' }
  const missing = Object.entries(codes).filter(([name]) => !lines.has(`features.conf featuremap ${name}`))
  const found: Found[] = []
  if (missing.length > 0) {
    const add = missing.map(([name, keys]) => `${name} = ${keys}`)
    const what = missing.map(([name]) => name).join(', ')
    found.push({ code: 'transferCodes', features: ['transfers'], values: { what }, fix: keyFix(add) })
  }
  if (!lines.has('features.conf featuremap parkcall'))
    found.push({ code: 'parkCode', features: ['parking'], fix: keyFix(['parkcall = #72']) })
  return found
}

function judgeWebServer({ devices }: Asked, lines: Lines): Found[] {
  if (isYes(lines.get('http.conf general enabled')) || !devices.some(({ webrtc }) => webrtc === true))
    return []
  const add = ['enabled = yes', 'bindaddr = 127.0.0.1', 'bindport = 8088']
  return [
    {
      code: 'webServer',
      features: ['browserPhone'],
      fix: fixOf('http.conf', 'general', add, 'module reload http'),
    },
  ]
}

/** Without its line in front, a browser phone has the secret of a file for ever, or none. */
function judgeSecrets({ devices, authFrom }: Asked): Found[] {
  if (authFrom[0] === 'astdb,ringcard' || !devices.some(({ webrtc }) => webrtc === true)) return []
  const others = authFrom.filter((line) => line !== 'astdb,ringcard')
  const kept = others.length > 0 ? others : ['config,pjsip.conf,criteria=type=auth']
  const add = ['astdb,ringcard', ...kept].map((line) => `auth = ${line}`)
  const fix = fixOf('sorcery.conf', 'res_pjsip', add, 'core restart when convenient')
  return [{ code: 'sorceryAuth', features: ['browserPhone'], fix }]
}

/** CEL decides what became of a call that nobody heard; CDR and queue_log are read where it is silent. */
function judgeRecords(lines: Lines, readsTable: boolean): Found[] {
  const found: Found[] = []
  const events = lines.get('cel.conf general events') ?? ''
  const apps = lines.get('cel.conf general apps') ?? ''
  const whole =
    /(^|,)\s*ALL\s*(,|$)/i.test(events) && ['dial', 'park', 'queue'].every((app) => apps.includes(app))
  if (!isYes(lines.get('cel.conf general enable')) || !whole) {
    const add = ['enable = yes', 'events = ALL', 'apps = dial,park,queue,voicemail,confbridge,pickup']
    const fix = fixOf('cel.conf', 'general', add, 'module reload cel')
    found.push({ code: 'celOff', features: ['reconstruction'], fix })
  }
  const fields = (lines.get('cel_custom.conf cel.csv fields') ?? '').split(',').map((field) => field.trim())
  // What is in a table is looked at where it is read, not here.
  const isInTable = readsTable || lines.has('cel_pgsql.conf global dbname')
  if (!isInTable && !neededByCel.every((field) => fields.includes(field))) {
    const all = `${neededByCel.join(',')},channame,num,name,exten,context,appname,appdata,peer,eventextra`
    const fix = fixOf(
      'cel_custom.conf',
      'cel.csv',
      ['format = dsv', `fields = ${all}`],
      'module reload cel_custom',
    )
    const values = { file: 'cel.csv', fields: neededByCel.join(', ') }
    found.push({ code: 'celFields', features: ['reconstruction'], values, fix })
  }
  if (!isYes(lines.get('cdr.conf csv newcdrcolumns'))) {
    const fix = fixOf('cdr.conf', 'csv', ['newcdrcolumns = yes'], 'module reload cdr_csv.so')
    found.push({ code: 'cdrLinked', features: ['reconstruction'], fix })
  }
  return found
}

/** Whether queue_log is written at all, and where it is read. With a table Asterisk writes no file unless it is told to. */
function judgeQueueLog(lines: Lines, read: Surroundings['queueLog']): Found[] {
  const features = ['reconstruction'] as const
  const isOn = lines.get('logger.conf general queue_log')
  if (isOn !== undefined && !isYes(isOn)) {
    const fix = fixOf('logger.conf', 'general', ['queue_log = yes'], 'logger reload')
    return [{ code: 'queueLog', features, fix }]
  }
  const realtime = lines.get('extconfig.conf settings queue_log')
  if (realtime === undefined && read.table !== '') {
    const line = `queue_log => pgsql,asterisk,${read.table.replace(/^.*\./, '')}`
    const fix = fixOf('extconfig.conf', 'settings', [line], 'module reload extconfig')
    return [{ code: 'queueLogInFile', features, values: { table: read.table }, fix }]
  }
  const isInFile = realtime === undefined || isYes(lines.get('logger.conf general queue_log_to_file'))
  if (read.file === '' || isInFile) return []
  const fix = fixOf('logger.conf', 'general', ['queue_log_to_file = yes'], 'logger reload')
  return [{ code: 'queueLogInTable', features, values: { table: realtime }, fix }]
}

const browserPhone: PbxFix = {
  file: 'pjsip.conf',
  section: null,
  lines: [
    '[ws]',
    'type = transport',
    'protocol = ws',
    'bind = 127.0.0.1',
    '[201-web]',
    'type = endpoint',
    'webrtc = yes',
    'dtls_auto_generate_cert = yes',
    'rewrite_contact = yes',
    'allow = !all,opus,alaw,ulaw',
    'context = …as for the desk phone…',
    'aors = 201-web',
    'auth = 201-web',
    '[201-web]',
    'type = aor',
    'max_contacts = 1',
    'remove_existing = yes',
  ],
  then: "asterisk -rx 'module reload res_pjsip.so'",
}

function keyFix(lines: string[]): PbxFix {
  return fixOf('features.conf', 'featuremap', lines, 'module reload features')
}
