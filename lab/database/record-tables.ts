import { randomBytes } from 'node:crypto'
import type { LabPostgres } from './postgres.ts'

/** The tables into which Asterisk writes its record, with a user who writes and one who only reads. */
export interface RecordTables {
  host: string
  port: number
  writer: { user: string; password: string }
  reader: { user: string; password: string }
  /** As the setting RECORD_DATABASE_URI has it: the reader's. */
  uri: string
}

/** As docs/operations.md has them. */
const tables = `
  create table cel (
    id bigserial primary key,
    eventtype text, eventtime timestamp, userdeftype text, cid_name text, cid_num text, exten text, context text,
    channame text, appname text, appdata text, uniqueid text, linkedid text, peer text, extra text
  );
  create index on cel (eventtime);
  create table queue_log (
    id bigserial primary key,
    time timestamp, callid text, queuename text, agent text, event text, data text
  );
  create index on queue_log (time);`

/** Makes the tables `cel` and `queue_log`, and their two users. */
export async function makeRecordTables(postgres: LabPostgres): Promise<RecordTables> {
  const [writer, reader] = ['asterisk', 'ringcard'].map((user) => ({
    user,
    password: randomBytes(12).toString('hex'),
  })) as [RecordTables['writer'], RecordTables['reader']]
  for (const { user, password } of [writer, reader])
    await postgres.run(`create role ${user} login password '${password}'`)
  await postgres.run(`${tables}
    grant insert, select on cel, queue_log to ${writer.user};
    grant usage on all sequences in schema public to ${writer.user};
    grant select on cel, queue_log to ${reader.user}`)
  const { host, port } = postgres
  return { host, port, writer, reader, uri: postgres.uri(reader.user, reader.password) }
}
