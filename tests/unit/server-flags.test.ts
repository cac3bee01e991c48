import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { serverFlags, serverScript } from '../../lab/server-script.ts'

it('runs the built server as npm start and the image do', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } }
  const [, command] = /^CMD (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? []

  const built = ['node', ...serverFlags, 'dist/server/main.js']

  expect(['node', ...serverScript('server/main.ts', true)]).toEqual(built)
  expect(scripts.start.split(' ')).toEqual(built)
  expect(JSON.parse(command ?? '[]')).toEqual(built)
})
