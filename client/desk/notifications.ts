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

/** What a notification says, and of what. */
export interface Notice {
  /** Of a call, or of a promise: each is told once. */
  id: string
  title: string
  body: string
  /** What else a click does than to show this window. */
  open?: () => void
}

/**
 * Tells of each thing once, while the tab is hidden and the person has allowed it, and takes that back when it is so no more.
 * Belongs to the component, or effect scope, that calls it.
 * @param notices of what is now, such as a call that rings
 */
export function useNotifications(notices: () => readonly Notice[]): void {
  const told = new Map<string, () => void>()
  watch(
    () =>
      notices()
        .map(({ id }) => id)
        .join(' '),
    () => {
      const now = notices()
      for (const [id, withdraw] of told) {
        if (now.some((one) => one.id === id)) continue
        withdraw()
        told.delete(id)
      }
      for (const one of now) if (!told.has(one.id)) told.set(one.id, notify(one))
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    for (const withdraw of told.values()) withdraw()
  })
}

/** @returns takes the notification away again */
function notify({ id, title, body, open }: Notice): () => void {
  // In this order: asking for the permission waits for another process, and a card is being drawn.
  if (!document.hidden || notificationState() !== 'granted') return () => undefined
  const notification = new Notification(title, { body, tag: id })
  notification.addEventListener('click', () => {
    window.focus()
    notification.close()
    open?.()
  })
  return () => notification.close()
}
