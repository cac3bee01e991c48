import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { whenProcessEnds } from '../asterisk/process.ts'

let file: string | undefined

/** A second of a quiet 440 Hz tone as raw A-law, 8000 samples a second: made once per process, removed at its end. */
export function toneFile(): string {
  if (file !== undefined) return file
  const folder = mkdtempSync(join(tmpdir(), 'ringcard-tone-'))
  file = join(folder, 'tone.alaw')
  const samples = Uint8Array.from({ length: 8000 }, (_, i) =>
    aLaw(4000 * Math.sin((2 * Math.PI * 440 * i) / 8000)),
  )
  writeFileSync(file, samples)
  whenProcessEnds(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return file
}

/** ITU-T G.711 A-law of one 16-bit sample. */
function aLaw(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80
  const magnitude = Math.min(Math.abs(Math.trunc(sample)), 32_767) >> 4
  let exponent = 0
  while (magnitude >> (exponent + 5) > 0) exponent++
  const mantissa = exponent === 0 ? (magnitude >> 1) & 0xf : (magnitude >> exponent) & 0xf
  const code = magnitude < 32 ? magnitude >> 1 : (exponent << 4) | mantissa
  return (sign | code) ^ 0x55
}
