import type { Handlers } from '../http/mount.ts'
import type { PhoneBook } from './phone-book.ts'

/** How the phone book is read and written over HTTP. */
export function phoneBookRoutes(
  book: Pick<PhoneBook, 'list' | 'set' | 'remove'>,
): Pick<Handlers, 'phoneBook.list' | 'phoneBook.set' | 'phoneBook.remove'> {
  return {
    'phoneBook.list': () => ({ entries: book.list() }),
    'phoneBook.set': ({ params, body, caller }) =>
      book.set(params.entryId, body.entry, body.version, caller.personId),
    'phoneBook.remove': async ({ params, query, caller }) => {
      await book.remove(params.entryId, Number(query.version), caller.personId)
      return null
    },
  }
}
