/**
 * Waits until what is in the document now has been painted: the second animation frame after, of which the first is the one
 * that paints it. A hidden tab paints when it is shown.
 */
export function whenPainted(then: () => void): void {
  requestAnimationFrame(() => {
    requestAnimationFrame(then)
  })
}

/**
 * Marks the moment a call's card has been painted: `performance.mark('card-painted', { detail: { callId } })`. The benches
 * and the browser tests read it with `performance.getEntriesByName('card-painted')`. One mark a call.
 */
export function markPainted(callId: string): void {
  whenPainted(() => performance.mark('card-painted', { detail: { callId } }))
}
