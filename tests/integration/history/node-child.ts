import { connectDatabase } from '../../../server/database/database.ts'
import { openHistory } from '../../../server/history/history.ts'
import { masterKeys } from '../../unit/history/master-keys.ts'
import { showParty, silent } from '../../unit/history/support.ts'
import { appendUntilKilled, untilTold } from './append-until-killed.ts'

/** A whole node that appends and drains until it is killed, once it is told to. Arguments: folder, number of the run, the database's URI. */
const [folder = '', run = '', uri = ''] = process.argv.slice(2)
await untilTold()
const database = connectDatabase({ uri, log: silent })
const history = await openHistory({ folder, node: 'one', database, masterKeys, showParty, log: silent })
appendUntilKilled(run, history.append)
