declare module 'virtual:ringcard-icons' {
  /** Each icon as a list of `[tag, attributes]`. The build fails when a name of `icon-names.ts` is missing. */
  const shapes: Partial<Record<string, [string, Record<string, string>][]>>
  export default shapes
}
