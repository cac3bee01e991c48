import type { TodayCall } from '../../shared/calls.ts'

/** Whether a call was offered to me and lost by me; one that another agent took was not. */
export function isMissed({ outcome }: TodayCall): boolean {
  return (
    outcome === 'notAnswered' || outcome === 'declined' || outcome === 'busy' || outcome === 'unreachable'
  )
}
