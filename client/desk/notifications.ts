export type NotificationState = 'default' | 'granted' | 'denied'

/** Whether this browser may notify. A browser without notifications counts as `denied`. */
export function notificationState(): NotificationState {
  return 'Notification' in window ? Notification.permission : 'denied'
}

/** Asks the person, after they pressed the button for it; never by itself. */
export async function askForNotifications(): Promise<NotificationState> {
  return 'Notification' in window ? Notification.requestPermission() : 'denied'
}

/**
 * Tells of a ringing call while the tab is hidden and the person has allowed it.
 * @returns takes the notification away again
 */
export function notifyOfCall(callId: string, title: string, body: string): () => void {
  if (notificationState() !== 'granted' || !document.hidden) return () => undefined
  const notification = new Notification(title, { body, tag: callId })
  notification.addEventListener('click', () => {
    window.focus()
    notification.close()
  })
  return () => notification.close()
}
