/**
 * What node is given to run a script of the server: the source, or what was built of it, which starts in half the time.
 * @param script such as `server/main.ts`
 * @param built whether to take what was built; by default where this run says that it has just been (`RINGCARD_BUILT=1`,
 *   as `npm test` does)
 */
export function serverScript(
  script: `server/${string}.ts`,
  built = process.env['RINGCARD_BUILT'] === '1',
): string[] {
  return built ? [`dist/${script.slice(0, -'ts'.length)}js`] : ['--import', 'tsx', script]
}
