import { nextTick, ref, useTemplateRef } from 'vue'
import type { z } from 'zod'
import { ApiError, type ApiErrorCode } from '../api.ts'

/**
 * Sends what a form holds: checked first by the very schema that the server checks by, and then by the server. What is
 * wrong stands at its field (`wrong`, dotted paths), anything else in `failure`. The form element is `ref="form"`: its first
 * wrong field gets the focus.
 */
export function useForm() {
  const element = useTemplateRef<HTMLFormElement>('form')
  const wrong = ref<ReadonlySet<string>>(new Set())
  const failure = ref<ApiErrorCode | null>(null)
  const working = ref(false)

  async function focusFirstError(): Promise<void> {
    await nextTick()
    element.value?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }

  /** @returns whether it was sent and taken */
  async function submit<S extends z.ZodType>(
    schema: S,
    value: z.input<S>,
    send: (value: z.input<S>) => Promise<unknown>,
  ): Promise<boolean> {
    if (working.value) return false
    failure.value = null
    const checked = schema.safeParse(value)
    wrong.value = new Set(checked.error?.issues.map(({ path }) => path.join('.')))
    if (!checked.success) {
      await focusFirstError()
      return false
    }
    return attempt(() => send(value))
  }

  /** Does something that needs no checking beforehand. @returns whether it succeeded */
  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    working.value = true
    failure.value = null
    try {
      await work()
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const fields = error.problem?.errors ?? []
      wrong.value = new Set(fields.map(({ path }) => path))
      if (fields.length === 0) failure.value = error.code
      else await focusFirstError()
      return false
    } finally {
      working.value = false
    }
  }

  function reset(): void {
    wrong.value = new Set()
    failure.value = null
  }

  return { wrong, failure, working, submit, attempt, reset }
}
