import { callApi } from '../api.ts'

/**
 * Downloads a call as a trace, under the name that the trace has.
 * @throws ApiError
 */
export async function downloadTrace(callId: string): Promise<void> {
  const trace = await callApi('calls.trace', { params: { callId } })
  const file = new Blob([`${JSON.stringify(trace, undefined, 1)}\n`], { type: 'application/json' })
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = `${trace.name}.trace.json`
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
