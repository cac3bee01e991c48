import { keptOf } from '../../compare/keepers.ts'

/** One row of Asterisk's channel event log. */
export interface CelRow {
  event: string
  /** Seconds since 1970, with microseconds. */
  at: number
  uniqueId: string
  linkedId: string
  channel: string
  app: string
  /** What only this kind of event has. */
  extra: Readonly<Record<string, string>>
}

/** Reads rows of the log: CSV, with the columns of the lab's cel_custom.conf. */
export function readCelRows(lines: readonly string[]): CelRow[] {
  return lines.map((line) => {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      (match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? '',
    )
    const at = (column: number): string => cells[column] ?? ''
    return {
      event: at(0),
      at: Number(at(1)),
      uniqueId: at(2),
      linkedId: keptOf(at(3)),
      channel: at(4),
      app: at(9),
      extra: extraOf(at(12)),
    }
  })
}

function extraOf(text: string): Record<string, string> {
  if (!text.startsWith('{')) return {}
  const parsed = JSON.parse(text) as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(parsed).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
}
