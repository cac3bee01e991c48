import { readFile, writeFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { settingsTable } from '../server/config.ts'
import { openApiDocument } from '../server/http/openapi.ts'

// Writes what the documentation says from the code itself: docs/api.json, and the settings where a page has a place for them.

/** Where generated text begins and ends in a Markdown file. */
const marks = ['<!-- settings -->', '<!-- /settings -->'] as const

const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
await writeFile('docs/api.json', `${JSON.stringify(openApiDocument(version), null, 2)}\n`)

for (const file of ['docs/operations.md', 'README.md']) {
  const text = await readFile(file, 'utf8').catch(() => '')
  const [begin, end] = marks.map((mark) => text.indexOf(mark))
  if (begin === undefined || end === undefined || begin < 0 || end < begin) continue
  const written = `${text.slice(0, begin)}${marks[0]}\n\n${settingsTable()}\n\n${text.slice(end)}`
  await writeFile(file, await format(written, { ...(await resolveConfig(file)), filepath: file }))
}
