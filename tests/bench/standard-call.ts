import { header } from '../../lab/simulator/block-text.ts'
import { compileTemplate, type Template } from '../../lab/simulator/template.ts'
import { readTrace, type Trace } from '../../lab/traces/trace.ts'

/** Events that a call makes and nobody reads; the PBX's filter can leave them out, so they are no part of the figure. */
const unread = new Set(
  'PeerStatus ContactStatus ExtensionStatus MusicOnHoldStart MusicOnHoldStop DialState BridgeCreate'.split(
    ' ',
  ),
)

/** When each part of the standard call comes, as a share of its length after the first offer. */
const parts = { secondOffer: 0.15, answer: 0.35, hold: 0.5, resume: 0.7, end: 0.99 }
const firstRing = 0.1

/**
 * The standard call of the figures: queue, one unanswered offer, answer, hold, end, in 40 events. Put together from two
 * recordings of the real thing, with times of its own.
 * @param waitMs from the caller's arrival to the first offer
 * @param lengthMs from the first offer to the end
 */
export async function standardCall(waitMs: number, lengthMs: number): Promise<Template> {
  const queueCall = await readTrace('second-agent-answers')
  const blocks = [...blocksOf(queueCall)]
  const find = (event: string, nth = 0) => blocks.filter((text) => header(text, 'Event') === event)[nth] ?? ''
  const customer = find('Newchannel')
  const first = find('Newchannel', 1)
  const second = find('Newchannel', 2)
  const [hold, resume] = await holdOf(customer, second)

  const at = (block: string) => blocks.indexOf(block)
  const offerAt = at(find('AgentCalled'))
  const groups: { from: number; atMs: (nth: number) => number }[] = [
    // The caller arrives, and the queue has them before anything could be prepared, or long before the offer.
    { from: at(customer), atMs: () => 0 },
    { from: at(first), atMs: () => waitMs },
    { from: offerAt, atMs: (nth) => waitMs + (nth > 2 ? 1 : 0) },
    { from: at(find('AgentRingNoAnswer')), atMs: () => waitMs + firstRing * lengthMs },
    { from: at(second), atMs: (nth) => waitMs + parts.secondOffer * lengthMs + (nth > 4 ? 2 : 0) },
    { from: at(secondAnswer(blocks, second)), atMs: () => waitMs + parts.answer * lengthMs },
    { from: at(find('HangupRequest')), atMs: () => waitMs + parts.end * lengthMs },
  ]
  const pieces: Trace['pieces'] = []
  const add = (text: string, atMs: number) => {
    const timestamp = `Timestamp: ${((queueCall.startedAt + atMs) / 1000).toFixed(6)}`
    pieces.push({ atMs, text: text.replace(/^Timestamp: .*(?=\r$)/m, timestamp) })
  }
  for (const [index, { from, atMs }] of groups.entries()) {
    if (index === groups.length - 1) {
      add(hold, waitMs + parts.hold * lengthMs)
      add(resume, waitMs + parts.resume * lengthMs)
    }
    blocks.slice(from, groups[index + 1]?.from).forEach((text, nth) => add(text, atMs(nth)))
  }
  return compileTemplate({ name: 'standard-call', startedAt: queueCall.startedAt, pieces })
}

/** The blocks of the call itself: not those of phones that register, nor a member's state told for another queue. */
function* blocksOf(trace: Trace): Generator<string> {
  const own = trace.pieces.find(({ text }) => header(text, 'Event') === 'QueueCallerJoin')
  const queue = header(own?.text ?? '', 'Queue')
  const registrations = new Set(
    trace.pieces.filter(({ text }) => header(text, 'Event') === 'PeerStatus').map(({ atMs }) => atMs),
  )
  let before = ''
  for (const { atMs, text } of trace.pieces) {
    const event = header(text, 'Event') ?? ''
    const told = event === 'QueueMemberStatus' && header(text, 'Queue') !== queue
    // Asterisk ends the ringing of one leg twice.
    const twice = event === 'DialEnd' && header(before, 'Event') === 'DialEnd'
    before = text
    if (!unread.has(event) && !told && !twice && !registrations.has(atMs)) yield text
  }
}

/** The answering phone's own change of state begins what an answer makes. */
function secondAnswer(blocks: readonly string[], second: string): string {
  const unique = header(second, 'Uniqueid')
  const isUp = (text: string) => header(text, 'Uniqueid') === unique && header(text, 'ChannelState') === '6'
  return blocks.find(isUp) ?? ''
}

/** Hold and resume of another recording, as if the phones of this one had done it. */
async function holdOf(customer: string, agent: string): Promise<[string, string]> {
  const { pieces } = await readTrace('hold')
  const texts = pieces.map(({ text }) => text)
  const find = (event: string, nth = 0) => texts.filter((text) => header(text, 'Event') === event)[nth] ?? ''
  const renamed = [find('Newchannel'), find('Newchannel', 1)].flatMap((block, index) => {
    const to = index === 0 ? customer : agent
    return (['Uniqueid', 'Channel', 'CallerIDNum', 'CallerIDName'] as const).map((key): [string, string] => [
      header(block, key) ?? '',
      header(to, key) ?? '',
    ])
  })
  const inPlace = (text: string) =>
    renamed.reduce(
      (changed, [from, to]) =>
        from === '' || from === '<unknown>' ? changed : changed.replaceAll(`: ${from}\r`, `: ${to}\r`),
      text,
    )
  return [inPlace(find('Hold')), inPlace(find('Unhold'))]
}
