declare module 'virtual:ringcard-icons' {
  import type { IconName } from './icon-names.ts'

  const shapes: Record<IconName, [string, Record<string, string>][]>
  export default shapes
}
