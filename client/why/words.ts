import type { Leg, Line, Ring, Screen } from '../../shared/explanation.ts'
import { useTexts, type MessageKey } from '../locales/i18n.ts'
import { duration } from '../ui/format.ts'

/** Whose words a value is said in, by its name. */
const vocabularies = {
  direction: 'why.directions',
  visitOutcome: 'why.visitOutcomes',
  offerOutcome: 'today.outcomes',
  dialOutcome: 'why.dialOutcomes',
  contactEnd: 'why.contactEnds',
  callEnd: 'card.callEnds',
  holder: 'why.holders',
  consultState: 'why.consultStates',
  transferKind: 'why.transferKinds',
  recordingState: 'why.recordingStates',
  parkingEnd: 'why.parkingEnds',
  placeState: 'why.placeStates',
  placeOutcome: 'why.placeOutcomes',
  matchOutcome: 'why.matchOutcomes',
  goneReason: 'call.goneReasons',
  untold: 'why.untold',
  attestation: 'verify.networkHelp',
  pinResult: 'why.pinResults',
  questionResult: 'why.questionResults',
  callBackResult: 'why.callBackResults',
  standing: 'why.standings',
  askedFact: 'why.askedFacts',
} as const

/** Said behind a colon, and so in small letters. */
const lowered: ReadonlySet<string> = new Set(['offerOutcome', 'goneReason'])
/** Closer than this the earliest and the latest moment are one to a reader, ms. */
const oneMomentMs = 250

function isSaid(name: string): name is keyof typeof vocabularies {
  return name in vocabularies
}

/** How a line of an explanation is said in the reader's language. */
export function useLineWords() {
  const { t, locale } = useTexts()

  function said(name: string, value: string | number): string | number {
    if (typeof value === 'number') {
      if (name.endsWith('Millis')) return precise(value)
      return name.endsWith('Ms') ? duration(value) : value
    }
    if (!isSaid(name)) return value
    const word = t(`${vocabularies[name]}.${value}` as MessageKey)
    return lowered.has(name) ? word.charAt(0).toLocaleLowerCase() + word.slice(1) : word
  }

  function sentence({ text, values }: Line): string {
    const words = Object.entries(values).map(([name, value]) => [name, said(name, value)] as const)
    const { agent, person, resultEn, resultRu } = values
    const result = (locale.value === 'ru' ? resultRu : resultEn) ?? ''
    const who = person === undefined ? { person: t('why.anAgent') } : { agent: `${person} (${agent ?? ''})` }
    return t(`why.lines.${text}`, { ...Object.fromEntries(words), result, ...who }).trim()
  }

  /** Since the call began: `0:03.2`. Tenths, because so much happens within one second. */
  function since(ms: number): string {
    if (ms < 0) return `−${since(-ms)}`
    return `${duration(ms)}.${Math.floor((ms % 1_000) / 100)}`
  }

  /** A short time: `38 ms`, from a second `1.2 s`. */
  function precise(ms: number): string {
    return ms < 1_000
      ? t('why.milliseconds', { n: Math.round(ms) })
      : t('why.seconds', { n: (ms / 1_000).toFixed(1) })
  }

  /** What a screen was told. */
  function told(screen: Screen): string {
    if (screen.outcome === null) return t('why.screens.call')
    if (screen.customerName !== null) return t('why.screens.card', { name: screen.customerName })
    return t(`why.screens.${screen.outcome}`)
  }

  /** Whether, and when, that stood there. */
  function seen({ painted, consoles }: Screen): string {
    if (painted === null) return t(consoles === 0 ? 'why.screens.nobodyConnected' : 'why.screens.notPainted')
    const { earliestMs, latestMs } = painted
    if (latestMs - earliestMs > oneMomentMs)
      return t('why.screens.paintedBetween', { earliest: precise(earliestMs), latest: precise(latestMs) })
    return t('why.screens.painted', { after: precise((earliestMs + latestMs) / 2) })
  }

  /** Whose desk it is. */
  function deskName({ person, extension }: Pick<Ring, 'person' | 'extension'>): string {
    return person ?? t('why.desk', { extension })
  }

  /** What a leg is, with who sat at its desk where that is known. */
  function legName({ kind, extension }: Leg, rings: readonly Ring[]): string {
    const person = rings.find((ring) => ring.extension === extension && ring.person !== null)?.person
    const desk = t(`why.kinds.${kind}`, { extension: extension ?? '' })
    return person == null ? desk : `${person} · ${extension ?? ''}`
  }

  /** How an offer ended, and after how long. */
  function offerEnd({ outcome, ringMs }: Ring): string {
    if (outcome === null) return t('why.ring.notOffered')
    const word = t(`today.outcomes.${outcome}`)
    return ringMs === null ? word : t('why.ring.after', { outcome: word, ring: duration(ringMs) })
  }

  return { sentence, since, told, seen, deskName, legName, offerEnd }
}
