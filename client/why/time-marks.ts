const second = 1_000
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600].map((n) => n * second)
/** More marks than this cannot be told apart on a phone. */
const mostMarks = 6

/**
 * The moments to write under a drawing of a span of time, at round distances from its beginning.
 * @param totalMs length of the span
 * @returns ms from the beginning, the first 0
 */
export function timeMarks(totalMs: number): number[] {
  const step =
    steps.find((one) => totalMs / one < mostMarks) ?? Math.ceil(totalMs / mostMarks / 3_600_000) * 3_600_000
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, n) => n * step)
}
