import type { ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { Client } from 'pg'
import { freePort } from '../asterisk/process.ts'
import { endChild } from './child.ts'
import { enterPostgres, fleetingSettings, preparePlace, readyToConnect, SOCKET_IN_ROOT } from './cluster.ts'
import { temporaryFolder } from './temporary.ts'

/** A PostgreSQL on loopback whose users must prove who they are. */
export interface LabPostgres {
  host: string
  port: number
  /** Runs statements as the superuser. */
  run(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** Where a user finds the database `postgres`. */
  uri(user: string, password: string): string
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** No extension, little memory: what a PBX writes its record into. */
const settings: Readonly<Record<string, string>> = {
  ...fleetingSettings,
  unix_socket_directories: SOCKET_IN_ROOT,
  max_connections: '40',
  shared_buffers: '16MB',
  jit: 'off',
}

/**
 * Starts a PostgreSQL of its own, from the root that the lab's document database is in, with fresh data.
 * @throws if the root cannot be built, or it does not start
 */
export async function startPostgres(
  onProgress: (line: string) => void = () => undefined,
): Promise<LabPostgres> {
  const host = '127.0.0.1'
  const data = await temporaryFolder('postgres')
  let server: ChildProcess | undefined
  let sockets: string | undefined
  let superuser: Client | undefined
  const stop = async (): Promise<void> => {
    await superuser?.end()
    await endChild(server, (child) => child.kill('SIGQUIT'))
    for (const folder of [data, sockets])
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
  try {
    const place = await preparePlace(data, onProgress)
    sockets = place.sockets
    const port = await freePort(host, 'tcp')
    server = enterPostgres(place, { ...settings, listen_addresses: host, port: String(port) })
    await readyToConnect(server)
    const admin = new Client({ host: sockets, port, user: 'postgres', database: 'postgres' })
    admin.on('error', () => undefined)
    await admin.connect()
    superuser = admin
    return {
      host,
      port,
      run: async (sql, values = []) => (await admin.query<Record<string, unknown>>(sql, [...values])).rows,
      uri: (user, password) => `postgres://${user}:${password}@${host}:${port}/postgres`,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
