import type { Database } from '../../server/database/database.ts'
import { createArticleStore } from '../../server/articles/model.ts'
import { createPhoneBookStore } from '../../server/phone-book/model.ts'
import { createSettingsStore } from '../../server/settings/model.ts'
import { createBlockedStore, createTaskStore } from '../../server/tasks/model.ts'
import type { StoredTask } from '../../server/tasks/task.ts'
import { labArticles } from './articles.ts'
import { labDoNotCall, labNumbers, labPhoneBook, labSchedules } from './company.ts'
import { labPromises } from './promises.ts'
import { usualSeed } from './seed.ts'

const dayMs = 24 * 3_600_000
/** What stands open from a run so long ago is made anew, so that its day is today, ms. */
const staleMs = dayMs / 2

/** What a company has in the middle of a working day, beside its customers and people. */
export function workingDay(database: Database) {
  const stores = {
    settings: createSettingsStore(database.connection, () => undefined),
    phoneBook: createPhoneBookStore(database.connection, () => undefined),
    articles: createArticleStore(database, () => undefined),
    blocked: createBlockedStore(database),
    tasks: createTaskStore(database),
  }
  return {
    /**
     * Adds what is not there yet; the indexes must be.
     * @param personIdOf by how somebody signs in
     * @param customers how many customers of the seed there are
     */
    fill: async (
      personIdOf: (signInName: string) => string,
      customers: number,
      now: number,
    ): Promise<void> => {
      const { settings, phoneBook, articles, blocked, tasks } = stores
      for (const one of labNumbers) await settings.numbers.seed(one.number.replace(/\D/g, ''), one)
      for (const [id, one] of Object.entries(labSchedules(now))) await settings.schedules.seed(id, one)
      for (const [id, one] of Object.entries(labPhoneBook)) await phoneBook.seed(id, one)
      for (const [id, value] of Object.entries(labArticles))
        await articles.keep({ id, version: 0, value }, personIdOf('petra'), now - 40 * dayMs)
      for (const { number, by, daysAgo, reason, removed } of labDoNotCall) {
        if ((await blocked.all('removed', number.slice(1), 1)).length > 0) continue
        const noted = { at: now - daysAgo * dayMs, personId: personIdOf(by), what: 'noted', reason } as const
        await blocked.add(number, noted)
        if (removed === undefined) continue
        const personId = personIdOf(removed.by)
        const off = { at: now - removed.daysAgo * dayMs, what: 'removed', reason: removed.reason } as const
        await blocked.remove(number, { ...off, personId })
      }
      const collection = database.collection<StoredTask>('tasks')
      for (const task of labPromises(usualSeed, personIdOf, customers, now)) {
        await collection.deleteOne({ _id: task._id, dueAt: { $lt: now - staleMs } })
        // As the server keeps it: further calls of that number in vain are counted in this one.
        const queue = task.for.kind === 'queue' ? task.for.queue : ''
        await tasks.add(task, task.kind === 'missed' ? `${queue} ${task.number ?? ''}` : null)
      }
    },
  }
}
