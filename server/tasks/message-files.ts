import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Logger } from 'pino'
import { ProblemError } from '../../shared/problems.ts'

/** By what a message is found in a mailbox: where it was left, on which channel, and within which call. */
export interface MessageSought {
  /** `190@hearth`. */
  mailbox: string
  channelName: string
  /** Times, ms: of the call in which it was left. */
  from: number
  to: number
}

export interface MessageFile {
  /** Of the sound; null where the mailbox has it in no format that browsers play. */
  path: string | null
  /** How long it is; null where the mailbox does not say. */
  seconds: number | null
}

/** More folders and messages than a mailbox of Asterisk has. */
const mostFolders = 30
const mostMessages = 10_000
/** So much longer than the call may its message’s own time be off, ms: it has whole seconds. */
const slackMs = 5_000
/** Of Asterisk’s note of a message, bytes. */
const longestNote = 8_192

/**
 * Finds a message in a folder that holds Asterisk’s mailboxes (`voicemail` in its spool): its number changes as others are heard
 * and deleted, so it is known by the channel on which it was left, and when.
 * @param folder which has a folder for each context of voicemail.conf, with one for each mailbox
 * @returns null where there is no such message any more
 * @throws Error of the file system where the folder cannot be read
 */
export async function findMessage(folder: string, sought: MessageSought): Promise<MessageFile | null> {
  const [, box = '', context = ''] = /^([\w-]{1,40})@([\w-]{1,40})$/.exec(sought.mailbox) ?? []
  if (box === '') return null
  const root = await realpath(folder)
  const mailbox = join(root, context, box)
  for (const name of (await namesIn(mailbox)).slice(0, mostFolders)) {
    const inside = join(mailbox, name)
    const notes = (await namesIn(inside)).filter((each) => /^msg\d{4,}\.txt$/.test(each))
    for (const note of notes.slice(0, mostMessages)) {
      const said = await readNote(join(inside, note))
      if (said === null || !isSought(said, sought)) continue
      const sound = join(inside, note.replace(/\.txt$/, '.wav'))
      return { path: await soundIn(root, sound), seconds: secondsOf(said.get('duration')) }
    }
  }
  return null
}

function isSought(said: ReadonlyMap<string, string>, { channelName, from, to }: MessageSought): boolean {
  const at = Number(said.get('origtime')) * 1000
  return said.get('callerchan') === channelName && at >= from - slackMs && at <= to + slackMs
}

function secondsOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : null
}

/** A sound that lies within the folder, whatever links lead to it. */
async function soundIn(root: string, path: string): Promise<string | null> {
  try {
    const real = await realpath(path)
    return real.startsWith(root + sep) && (await stat(real)).isFile() ? real : null
  } catch {
    return null
  }
}

/** What stands in the folder; nothing where it is not there. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

/** Asterisk’s note of a message: `name=value` lines. Null for one that is gone meanwhile, or too long to be one. */
async function readNote(path: string): Promise<Map<string, string> | null> {
  try {
    if ((await stat(path)).size > longestNote) return null
    const text = await readFile(path, 'utf8')
    const lines = text.split('\n').flatMap((line): [string, string][] => {
      const [, name, value] = /^(\w+)=(.*)$/.exec(line.trim()) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    })
    return new Map(lines)
  } catch {
    return null
  }
}

/**
 * Makes what finds the messages of calls.
 * @param folderOf where the mailboxes of a call’s PBX are as files; empty where they are not to be reached
 * @returns which throws ProblemError `voicemail.no_folder`, `voicemail.unreadable`
 */
export function createMessageFinder(folderOf: (callId: string) => string, log: Pick<Logger, 'warn'>) {
  return async (callId: string, sought: MessageSought): Promise<MessageFile | null> => {
    const folder = folderOf(callId)
    if (folder === '') throw new ProblemError('voicemail.no_folder')
    try {
      return await findMessage(folder, sought)
    } catch (error) {
      log.warn({ folder, err: error }, 'The folder of voicemail cannot be read.')
      throw new ProblemError('voicemail.unreadable')
    }
  }
}
