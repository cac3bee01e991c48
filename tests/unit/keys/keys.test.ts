import { createSecretKey, randomBytes } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCallKeys } from '../../../server/keys/call-keys.ts'
import { openBox, sealBox } from '../../../server/keys/cipher.ts'
import { createMasterKeys } from '../../../server/keys/master-keys.ts'
import { temporaryFolder } from '../history/support.ts'

const secret = () => createSecretKey(randomBytes(32))
const [first, second] = [randomBytes(32), randomBytes(32)]
const master = createMasterKeys([first])

describe('a box', () => {
  const key = secret()
  const box = sealBox(key, 'Erika Example', 'entry one 7')

  it('opens with its key, where it belongs', () => {
    expect(openBox(key, box, 'entry one 7')?.toString()).toBe('Erika Example')
    expect(sealBox(key, 'Erika Example', 'entry one 7')).not.toBe(box)
  })

  it('opens with no other key, in no other place, and not after a bit of it was changed', () => {
    expect(openBox(secret(), box, 'entry one 7')).toBeNull()
    expect(openBox(key, box, 'entry one 8')).toBeNull()
    for (const at of [0, 12, 20, -1]) {
      const bytes = Buffer.from(box, 'base64')
      const index = at < 0 ? bytes.length + at : at
      bytes[index] = (bytes[index] ?? 0) ^ 1
      expect(openBox(key, bytes.toString('base64'), 'entry one 7')).toBeNull()
    }
    expect(openBox(key, '', 'entry one 7')).toBeNull()
  })
})

describe('a master key', () => {
  it('that was followed by another still opens what it had wrapped; without it nothing does', () => {
    const key = secret()
    const wrapped = master.wrap(key, 'of a call')
    const changed = createMasterKeys([second, first])
    expect(changed.unwrap(wrapped, 'of a call')?.equals(key)).toBe(true)
    expect(changed.wrap(key, 'of a call').master).not.toBe(wrapped.master)
    expect(changed.unwrap(wrapped, 'of another')).toBeNull()
    expect(createMasterKeys([second]).unwrap(wrapped, 'of a call')).toBeNull()
  })

  it('finds a number by a hash that tells nobody the number, also one of before', () => {
    const hash = master.hashNumber('+4930231250199')
    expect(hash).not.toContain('30231250199')
    expect(createMasterKeys([second, first]).hashesOf('+4930231250199')).toContain(hash)
    expect(createMasterKeys([second]).hashesOf('+4930231250199')).not.toContain(hash)
  })
})

describe('the keys of calls beside a spool', () => {
  /** A folder with keys of two calls: `lab:1` in both files, `lab:2` in the second. */
  const twoFiles = () => {
    const folder = temporaryFolder()
    const keys = openCallKeys(folder, master)
    keys.begin(1)
    const one = keys.forCall('lab:1')
    expect(keys.write()).toBe(true)
    keys.begin(10)
    expect(keys.forCall('lab:1').keyId).toBe(one.keyId)
    const two = keys.forCall('lab:2')
    expect(keys.write()).toBe(true)
    return { folder, keys, one, two }
  }

  it('are found after a restart by the file of the segment, and stand there under the master key alone', () => {
    const { folder, one, two } = twoFiles()
    const again = openCallKeys(folder, master)
    expect(again.find(one.keyId, 5)?.secret.equals(one.secret)).toBe(true)
    expect(again.find(two.keyId, 12)?.secret.equals(two.secret)).toBe(true)
    expect(openCallKeys(folder, master).find(two.keyId, 5)).toBeNull()
    const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      expect(bytes.join()).not.toContain(one.secret.export().toString(encoding).slice(0, 40))
    }
  })

  it('go with their segments', () => {
    const { folder, keys, one } = twoFiles()
    keys.keepFrom(9)
    expect(readdirSync(folder)).toHaveLength(2)
    keys.keepFrom(10)
    expect(readdirSync(folder)).toHaveLength(1)
    expect(openCallKeys(folder, master).find(one.keyId, 10)).not.toBeNull()
  })

  it('that are destroyed are gone from every file and from memory; the call’s next key is another', () => {
    const { folder, keys, one, two } = twoFiles()
    keys.destroy(new Set(['lab:1']))
    expect(keys.find(one.keyId, 5)).toBeNull()
    expect(keys.find(one.keyId, 12)).toBeNull()
    expect(keys.find(two.keyId, 12)).not.toBeNull()
    const next = keys.forCall('lab:1')
    expect(next.keyId).not.toBe(one.keyId)
    expect(keys.write()).toBe(true)
    const again = openCallKeys(folder, master)
    expect(again.find(one.keyId, 5)).toBeNull()
    expect(again.find(next.keyId, 12)?.secret.equals(next.secret)).toBe(true)
  })

  it('are in no file that a stop left half-way, neither after the next start nor after the next destroying', () => {
    const { folder, keys, one } = twoFiles()
    const unfinished = join(folder, `${readdirSync(folder)[0] ?? ''}.new`)
    const leave = () => writeFileSync(unfinished, JSON.stringify(one))
    leave()
    keys.destroy(new Set(['lab:2']))
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([])
    leave()
    openCallKeys(folder, master)
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it('survive a torn line', () => {
    const { folder, two } = twoFiles()
    appendFileSync(join(folder, readdirSync(folder).sort().at(-1) ?? ''), '{"keyId":"half')
    const again = openCallKeys(folder, master)
    again.begin(10)
    const three = again.forCall('lab:3')
    expect(again.write()).toBe(true)
    const last = openCallKeys(folder, master)
    expect([two, three].map(({ keyId }) => last.find(keyId, 10)?.callId)).toEqual(['lab:2', 'lab:3'])
  })

  it('under a master key that is not there are a clear refusal', () => {
    const { folder } = twoFiles()
    expect(() => openCallKeys(folder, createMasterKeys([second]))).toThrow(/under master key .* add it there/)
    expect(() => openCallKeys(folder, createMasterKeys([second, first]))).not.toThrow()
  })
})

describe('what waits on an agent’s computer', () => {
  it('is under keys of each person’s own, the same at each sign-in, one of each master key', () => {
    const keys = createMasterKeys([second, first])
    expect(keys.outboxKeysOf('nina')).toEqual(keys.outboxKeysOf('nina'))
    expect(keys.outboxKeysOf('nina')[1]).toBe(master.outboxKeysOf('nina')[0])
    const all = [...keys.outboxKeysOf('nina'), ...keys.outboxKeysOf('lev')]
    expect(new Set(all).size).toBe(4)
    for (const key of all) expect(Buffer.from(key, 'base64')).toHaveLength(32)
  })
})
