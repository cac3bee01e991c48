import { readFile, writeFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { settingsTable } from '../server/config.ts'
import { openApiDocument } from '../server/http/openapi.ts'
import { defaultRoleRights, rightSchema, roles, type Right, type Role } from '../shared/people.ts'

// Writes what the documentation says from the code itself: docs/api.json, and tables where a page has a place for them.

const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
await writeFile('docs/api.json', `${JSON.stringify(openApiDocument(version), null, 2)}\n`)

const tables = [
  { name: 'settings', files: ['docs/operations.md', 'README.md'], text: settingsTable() },
  { name: 'roles', files: ['docs/rights.md'], text: rolesTable() },
]
for (const { name, files, text } of tables) {
  // Where generated text begins and ends in a Markdown file.
  const marks = [`<!-- ${name} -->`, `<!-- /${name} -->`] as const
  for (const file of files) {
    const page = await readFile(file, 'utf8')
    const [begin, end] = [page.indexOf(marks[0]), page.indexOf(marks[1])]
    if (begin < 0 || end < begin) throw new Error(`${file} has no place for ${name}.`)
    const written = `${page.slice(0, begin)}${marks[0]}\n\n${text}\n\n${page.slice(end)}`
    await writeFile(file, await format(written, { ...(await resolveConfig(file)), filepath: file }))
  }
}

/** Which role has which right until an administrator changes it, as a table. */
function rolesTable(): string {
  const rows = rightSchema.options.map(
    (right) => `| \`${right}\` | ${roles.map((role) => (has(role, right) ? '✓' : '')).join(' | ')} |`,
  )
  return [`| right | ${roles.join(' | ')} |`, `| --- |${' --- |'.repeat(roles.length)}`, ...rows].join('\n')
}

function has(role: Role, right: Right): boolean {
  return defaultRoleRights[role].includes(right)
}
