import { hash, verify } from '@node-rs/argon2'

/**
 * Argon2id with OWASP's first recommended parameters (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
 * The library's default algorithm is Argon2id.
 */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** @returns the password's hash in PHC form, with its own salt and parameters */
export function hashPassword(password: string): Promise<string> {
  return hash(password, parameters)
}

let hashOfNobody: Promise<string> | undefined

/**
 * Whether a password is the right one. For an unknown person (`passwordHash` undefined) the same work is done and the
 * answer is no, so that the time taken does not tell which names exist.
 */
export async function verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  hashOfNobody ??= hashPassword('nobody has this password')
  const right = await verify(passwordHash ?? (await hashOfNobody), password)
  return right && passwordHash !== undefined
}
