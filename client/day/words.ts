import type { DaySpan, DaySpanKind } from '../../shared/agent-day.ts'
import { useStatusWords } from '../status/words.ts'
import type { StateMarkName } from '../ui/state-marks.ts'
import { useDayTexts } from './texts.ts'

/** The shape of what an agent does. */
export const spanMarks: Readonly<Record<DaySpanKind, StateMarkName>> = {
  talk: 'talking',
  hold: 'held',
  line: 'off',
  wrapUp: 'wrapUp',
  ringing: 'ringing',
  ready: 'free',
  break: 'paused',
  missed: 'trouble',
  away: 'trouble',
}

/** How a span of a day is said in the reader's language. */
export function useSpanWords() {
  const { d } = useDayTexts()
  const { stateText } = useStatusWords()
  return {
    /** Of a break its kind. */
    kindText: ({ kind, reason }: Pick<DaySpan, 'kind' | 'reason'>): string =>
      kind === 'break' ? stateText({ state: 'break', reason }) : d(`kinds.${kind}`),
  }
}
