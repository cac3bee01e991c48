import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { rules } from '../compare/rules.ts'

it('every rule by which Ringcard may differ from Asterisk is written in docs/metrics.md', () => {
  const text = readFileSync('docs/metrics.md', 'utf8')
  for (const rule of rules) expect(text).toContain(`\`${rule}\``)
})
