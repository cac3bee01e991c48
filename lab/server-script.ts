/**
 * How node runs the server, as `npm start` and the image do (a test holds them together). The young part of the heap is 64 MB
 * instead of 16: what a call leaves behind is then mostly gone when the collector comes. The old part may grow to three times
 * what lives in it before it is gone through, which is what the longest stops were made of: docs/bench.md.
 */
export const serverFlags: readonly string[] = ['--max-semi-space-size=64', '--heap-growing-percent=200']

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
  return built ? [...serverFlags, `dist/${script.slice(0, -'ts'.length)}js`] : ['--import', 'tsx', script]
}
