import { readdirSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'

/** What a manager session received while something happened, and what Asterisk itself wrote down of it. */
export interface Trace {
  format: 1
  name: string
  /** Version of the Asterisk that was heard. */
  asterisk: string
  /** The AMI user: its rights and filter decide what was heard. */
  user: 'ringcard' | 'lab'
  /** Milliseconds since the epoch, on the recorder's clock: the zero of every `atMs`. */
  startedAt: number
  /** Answers to the lists that the server asks for after a connect, taken just before: action → its blocks, as sent. */
  start: Record<string, string>
  /** The bytes, cut where a block ends; in order, nothing left out. The last piece may be no whole block. */
  pieces: TracePiece[]
  /** The same lists, asked for in mid-call while no event came. */
  lists?: TakenLists[]
  /** When nothing was heard, because the session or the PBX broke: no piece came in them. */
  gaps?: TraceGap[]
  /** Rows that Asterisk wrote meanwhile, as they stand in its files. */
  queueLog: string[]
  cdr: string[]
  cel: string[]
}

/** Some bytes and when the last of them arrived. */
export interface TracePiece {
  /** Milliseconds after the start. */
  atMs: number
  text: string
}

/** A time in which nothing was heard. */
export interface TraceGap {
  /** Milliseconds after the start. */
  fromMs: number
  toMs: number
  /** The lists as they were at `toMs`: action → its blocks, as sent. */
  answers: Record<string, string>
}

/** Answers to the lists: action → its blocks, as sent. */
export interface TakenLists {
  /** Milliseconds after the start: every piece that came before, and none that came after, is in them. */
  atMs: number
  answers: Record<string, string>
}

const folder = fileURLToPath(new URL('../../tests/fixtures/traces/', import.meta.url))
/** Traces of a manager user who hears everything: for the benches. */
export const unfilteredFolder = fileURLToPath(new URL('../../tests/fixtures/unfiltered/', import.meta.url))

/** Traces with lists that were asked for in mid-call: to hold against what their events tell. */
export const listedFolder = fileURLToPath(new URL('../../tests/fixtures/listed/', import.meta.url))

/** Traces of flows in which something breaks: with gaps, or with a clock that is set. */
export const brokenFolder = fileURLToPath(new URL('../../tests/fixtures/broken/', import.meta.url))

/** The file of a trace. Names are plain words: `[a-z0-9-]`. */
export function traceFile(name: string, inFolder = folder): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw new Error(`not a name for a trace: ${JSON.stringify(name)}`)
  return join(inFolder, `${name}.json.gz`)
}

/** The names of the traces that were recorded into a folder. */
export function traceNames(inFolder = folder): string[] {
  return readdirSync(inFolder).flatMap((file) =>
    file.endsWith('.json.gz') ? [file.slice(0, -'.json.gz'.length)] : [],
  )
}

/** The files of calls that were downloaded from somewhere and put beside the recorded traces. */
export function downloadedTraces(): string[] {
  return readdirSync(folder).flatMap((file) => (file.endsWith('.trace.json') ? [join(folder, file)] : []))
}

/** Reads a trace by name. */
export async function readTrace(name: string, inFolder = folder): Promise<Trace> {
  const trace = JSON.parse(gunzipSync(await readFile(traceFile(name, inFolder))).toString('utf8')) as
    Trace | { format: unknown }
  if (trace.format !== 1) throw new Error(`${name}: a trace of another format`)
  return trace as Trace
}

/** Writes a trace under its name, whole or not at all. */
export async function writeTrace(trace: Trace, inFolder = folder): Promise<string> {
  const file = traceFile(trace.name, inFolder)
  await mkdir(inFolder, { recursive: true })
  await writeFile(`${file}.new`, gzipSync(`${JSON.stringify(trace, undefined, 1)}\n`, { level: 9 }))
  await rename(`${file}.new`, file)
  return file
}
