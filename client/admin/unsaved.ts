import { onBeforeUnmount, onMounted } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router'
import { useAdminTexts } from './texts.ts'

/** Asks before what was typed and not saved is left behind. @param isUnsaved whether there is something to lose */
export function useUnsaved(isUnsaved: () => boolean): void {
  const { a } = useAdminTexts()
  const mayGo = (): boolean => !isUnsaved() || window.confirm(a('discard'))
  const onUnload = (event: BeforeUnloadEvent): void => {
    if (isUnsaved()) event.preventDefault()
  }
  onMounted(() => window.addEventListener('beforeunload', onUnload))
  onBeforeUnmount(() => window.removeEventListener('beforeunload', onUnload))
  onBeforeRouteLeave(mayGo)
  onBeforeRouteUpdate(mayGo)
}
