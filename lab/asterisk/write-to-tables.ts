import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecordTables } from '../database/record-tables.ts'
import type { LabAsterisk } from './asterisk.ts'

/**
 * Has a running Asterisk write its record into tables as well: CEL by cel_pgsql, queue_log by realtime. The files are written
 * on. Holds until it is started anew.
 * @throws when it does not load a module
 */
export async function writeToTables(
  pbx: Pick<LabAsterisk, 'cli' | 'description'>,
  { host, port, writer }: RecordTables,
): Promise<void> {
  const etc = join(pbx.description.root, pbx.description.inside, 'etc')
  const access = [
    ...[`hostname = ${host}`, `port = ${port}`, 'dbname = postgres'],
    ...[`user = ${writer.user}`, `password = ${writer.password}`, ''],
  ].join('\n')
  await writeFile(join(etc, 'cel_pgsql.conf'), `[global]\n${access}table = cel\n`)
  await writeFile(join(etc, 'res_pgsql.conf'), `[general]\n${access}`)
  await writeFile(join(etc, 'extconfig.conf'), '[settings]\nqueue_log => pgsql,postgres,queue_log\n')
  for (const module of ['res_config_pgsql.so', 'cel_pgsql.so']) {
    const said = await pbx.cli(`module load ${module}`)
    if (!said.includes('Loaded')) throw new Error(`Asterisk does not load ${module}: ${said}`)
  }
  await pbx.cli('module reload extconfig')
}
