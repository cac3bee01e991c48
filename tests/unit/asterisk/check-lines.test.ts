import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { filterLines, wantedVariables, wholeUser } from '../../../server/asterisk/check/judge-ami.ts'

const ours = readFileSync('lab/asterisk/config/manager.conf', 'utf8').split('\n')
const line = (name: string) => ours.find((each) => each.startsWith(`${name} = `)) ?? ''

describe('the lines that pbx:check gives', () => {
  it('are those that the company’s own PBX has', () => {
    for (const each of filterLines) expect(ours).toContain(each)
    for (const variable of wantedVariables) expect(line('channelvars')).toContain(variable)
    const { lines } = wholeUser('ringcard')
    const classes = (text: string | undefined) => (text?.split(' = ')[1] ?? '').split(',').toSorted()
    const given = (name: string) => classes(lines.find((each) => each.startsWith(`${name} = `)))
    expect(given('read')).toEqual(classes(line('read')))
    expect(given('write')).toEqual(classes(line('write')))
  })

  it('hold no secret', () => {
    expect(wholeUser('ringcard').lines.join('\n')).toContain('secret = …')
  })
})
