import { onScopeDispose, watch } from 'vue'

export type NotificationState = 'default' | 'granted' | 'denied'

/** Whether this browser may notify. A browser without notifications counts as `denied`. */
export function notificationState(): NotificationState {
  return 'Notification' in window ? Notification.permission : 'denied'
}

/** Asks the person, after they pressed the button for it; never by itself. */
export async function askForNotifications(): Promise<NotificationState> {
  return 'Notification' in window ? Notification.requestPermission() : 'denied'
}

/** What a notification says, and of which call. */
export interface CallNotice {
  callId: string
  title: string
  body: string
}

/**
 * Tells of a ringing call once, while the tab is hidden and the person has allowed it, and takes that back when the call
 * rings here no more. Belongs to the component, or effect scope, that calls it.
 * @param notice of the call that rings now; null when none does
 */
export function useCallNotification(notice: () => CallNotice | null): void {
  let withdraw: () => void = () => undefined
  watch(
    () => notice()?.callId ?? null,
    () => {
      withdraw()
      withdraw = notify(notice())
    },
    { immediate: true },
  )
  onScopeDispose(() => withdraw())
}

/** @returns takes the notification away again */
function notify(notice: CallNotice | null): () => void {
  if (notice === null || notificationState() !== 'granted' || !document.hidden) return () => undefined
  const notification = new Notification(notice.title, { body: notice.body, tag: notice.callId })
  notification.addEventListener('click', () => {
    window.focus()
    notification.close()
  })
  return () => notification.close()
}
