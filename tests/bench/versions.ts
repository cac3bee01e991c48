import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** What the figures were measured with. */
export function versions(): Record<string, string> {
  const installed = (name: string) => {
    const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  }
  return {
    node: process.versions.node,
    mongodb: installed('mongodb'),
    mongoose: installed('mongoose'),
    'asterisk-manager': installed('asterisk-manager'),
    'socket.io': installed('socket.io'),
    processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
  }
}
