/**
 * Marks the moment a call's card has been painted: `performance.mark('card-painted', { detail: { callId } })`, on the
 * second animation frame after the card is in the document (the first is the frame that paints it). The benches and the
 * browser tests read it with `performance.getEntriesByName('card-painted')`. One mark a call; hidden tabs paint, and
 * mark, when they are shown.
 */
export function markPainted(callId: string): void {
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      performance.mark('card-painted', { detail: { callId } })
    })
  })
}
