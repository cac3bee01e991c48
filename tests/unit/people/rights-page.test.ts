import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { defaultRoleRights, rightSchema, roles } from '../../../shared/people.ts'

const page = readFileSync('docs/rights.md', 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

it('docs/rights.md tells of each role what rights it has', () => {
  const [head = [], ...table] = rows.filter((row) => row.length === roles.length + 1)
  const told = roles.map((role) => {
    const column = head.indexOf(role)
    const its = table.filter((row) => row[column] === '✓').map(([right]) => right)
    return [role, its.sort()]
  })

  const has = roles.map((role) => [role, defaultRoleRights[role].map((right) => `\`${right}\``).sort()])
  expect(told).toEqual(has)
})

it('docs/rights.md says of each right what it allows', () => {
  const said = rows.filter((row) => row.length === 2 && (row[1] ?? '').length > 10).map(([right]) => right)

  expect(said).toEqual(expect.arrayContaining(rightSchema.options.map((right) => `\`${right}\``)))
})
