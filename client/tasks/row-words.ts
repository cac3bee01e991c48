import type { PlaceOutcome } from '../../shared/calls.ts'
import type { Task } from '../../shared/tasks.ts'
import { useTexts } from '../locales/i18n.ts'
import { useSession } from '../session/session.ts'
import { usePromiseTexts } from './texts.ts'

const named = [
  'busy',
  'notAnswered',
  'refused',
  'agentGone',
  'outsideHours',
  'inCall',
  'timedOut',
  'lost',
] as const satisfies readonly PlaceOutcome[]
const isNamed = (outcome: PlaceOutcome): outcome is (typeof named)[number] =>
  named.some((one) => one === outcome)

/** How a promise in a list is put into words. */
export function useRowWords() {
  const { t } = useTexts()
  const { p } = usePromiseTexts()
  const session = useSession()

  /** Whose a task is, in a few words. */
  function whoseText(task: Task): string {
    const me = session.me?.personId
    if (task.takenBy !== null)
      return task.takenBy.personId === me
        ? p('takenByMe')
        : p('taken', { name: task.takenBy.name ?? t('tasks.somebody') })
    switch (task.for.kind) {
      case 'person':
        return task.for.personId === me ? p('forMe') : p('by', { name: task.forName ?? t('tasks.somebody') })
      case 'queue':
        return p('by', { name: task.for.queue })
      case 'anybody':
        return p('form.anybody')
    }
  }

  /** Whom a task is about. */
  const aboutText = ({ about, display }: Pick<Task, 'about' | 'display'>): string => about || display

  /** What it is about, in a line. */
  function whatText({ reason, kind, place }: Task): string {
    if (reason !== '') return reason
    if (place === null) return t(`tasks.kinds.${kind}`)
    const { outcome } = place
    return p(`place.${isNamed(outcome) ? outcome : 'other'}`)
  }

  return { whoseText, aboutText, whatText }
}
