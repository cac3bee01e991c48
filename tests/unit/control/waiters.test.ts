import { expect, it } from 'vitest'
import { createWaiters } from '../../../server/control/waiters.ts'

it('waits until something is so, and not for ever', async () => {
  const waiters = createWaiters(30)
  let is = false
  await waiters.until(() => true)
  const later = waiters.until(() => is)
  waiters.look([])
  is = true
  waiters.look([])
  await later
  await expect(waiters.until(() => false)).rejects.toMatchObject({ code: 'control.not_done' })
  const stopped = waiters.until(() => false)
  waiters.stop()
  await expect(stopped).rejects.toMatchObject({ code: 'control.not_done' })
})
