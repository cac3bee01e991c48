import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createMessageFinder, findMessage } from '../../../server/tasks/message-files.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringcard-voicemail-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const at = 1_764_000_000_000
const sought = {
  mailbox: '190@hearth',
  channelName: 'PJSIP/trunk-00000001',
  from: at - 30_000,
  to: at + 20_000,
}

function message(
  box: string,
  number: string,
  channel: string,
  seconds: number | null,
  sound = 'wav',
): string {
  const inside = join(folder, 'hearth/190', box)
  mkdirSync(inside, { recursive: true })
  const lines = ['[message]', `callerchan=${channel}`, `origtime=${at / 1000}`]
  if (seconds !== null) lines.push(`duration=${seconds}`)
  writeFileSync(join(inside, `msg${number}.txt`), lines.join('\n'))
  const path = join(inside, `msg${number}.${sound}`)
  writeFileSync(path, 'sound')
  return path
}

it('is found by its channel and time, wherever in the mailbox it lies by now', async () => {
  message('INBOX', '0000', 'PJSIP/trunk-00000002', 5)
  const path = message('Old', '0003', 'PJSIP/trunk-00000001', 12)
  expect(await findMessage(folder, sought)).toEqual({ path, seconds: 12 })
  expect(await findMessage(folder, { ...sought, from: at + 60_000, to: at + 90_000 })).toBeNull()
  expect(await findMessage(folder, { ...sought, mailbox: '191@hearth' })).toBeNull()
})

it('is known without its sound where that is in no format that is played, or leads out of the folder', async () => {
  message('INBOX', '0000', 'PJSIP/trunk-00000001', null, 'gsm')
  expect(await findMessage(folder, sought)).toEqual({ path: null, seconds: null })
  const outside = mkdtempSync(join(tmpdir(), 'ringcard-elsewhere-'))
  writeFileSync(join(outside, 'secret.wav'), 'secret')
  symlinkSync(join(outside, 'secret.wav'), join(folder, 'hearth/190/INBOX/msg0000.wav'))
  expect(await findMessage(folder, sought)).toEqual({ path: null, seconds: null })
  rmSync(outside, { recursive: true })
})

it('is looked for in no other folder than that of a mailbox', async () => {
  message('INBOX', '0000', 'PJSIP/trunk-00000001', 5)
  for (const mailbox of ['..@hearth', '190@..', '../190@hearth', '190', ''])
    expect(await findMessage(folder, { ...sought, mailbox })).toBeNull()
})

it('says why it cannot be looked for: there is no folder in the settings, or it cannot be read', async () => {
  const warned: unknown[] = []
  const log = { warn: (about: unknown) => void warned.push(about) }
  const folders: Record<string, string> = { here: folder, lost: join(folder, 'nowhere'), none: '' }
  const find = createMessageFinder((callId) => folders[callId] ?? '', log)
  expect(await find('here', sought)).toBeNull()
  await expect(find('none', sought)).rejects.toMatchObject({ code: 'voicemail.no_folder' })
  expect(warned).toEqual([])
  await expect(find('lost', sought)).rejects.toMatchObject({ code: 'voicemail.unreadable' })
  expect(warned).toHaveLength(1)
})
