import { z } from 'zod'
import { readVariable } from './ami-classes.ts'
import { AmiError } from './errors.ts'
import type { RunningLink } from './link.ts'

/** A PJSIP endpoint that a browser may be. */
export interface BrowserEndpoint {
  /** The name of its `auth`; null where it has none, so that anybody could register as it. */
  auth: string | null
}

/** The SIP secrets of a PBX's browser phones, as Asterisk has them at run time. */
export interface Endpoints {
  /** @returns null for an endpoint that is none of a browser. @throws AmiError */
  browserEndpoint: (endpoint: string) => Promise<BrowserEndpoint | null>
  /**
   * Has Asterisk take a secret from now on, and no other: nothing is reloaded, calls go on.
   * @returns whether Asterisk has it: false where it does not look for secrets in its own database
   * @throws AmiError
   */
  setSecret: (endpoint: string, auth: string, secret: string) => Promise<boolean>
  /** Whether an `auth` ever had a secret of ours. @throws AmiError */
  hasSecret: (auth: string) => Promise<boolean>
}

/** What stands in AstDB is `/ringcard/auth/<name>`: an `auth` line of sorcery.conf says `astdb,ringcard`. */
const family = 'ringcard/auth'

const nameSchema = z.string().regex(/^[\w.@-]{1,80}$/)

/**
 * Secrets go into AstDB, where PJSIP looks for them (sorcery.conf), by the action DBPut. What Asterisk then compares with is
 * read back from PJSIP itself: a file that names the same `auth`, or a missing line, does not go unnoticed.
 */
export function createEndpoints(link: Pick<RunningLink, 'action' | 'systemAction'>): Endpoints {
  const connection = { action: (name: string, fields = {}) => link.action(name, fields) }
  const read = (variable: string) => readVariable(connection, variable)
  return {
    browserEndpoint: async (endpoint) => {
      const name = safe(endpoint)
      if ((await read(`PJSIP_ENDPOINT(${name},webrtc)`)) !== 'yes') return null
      const auth = nameSchema.safeParse(await read(`PJSIP_ENDPOINT(${name},auth)`))
      return { auth: auth.data ?? null }
    },
    setSecret: async (endpoint, auth, secret) => {
      const value = JSON.stringify({ auth_type: 'userpass', username: safe(endpoint), password: secret })
      await link.systemAction('DBPut', { Family: family, Key: safe(auth), Val: value })
      return (await read(`AST_SORCERY(res_pjsip,auth,${safe(auth)},password)`)) === secret
    },
    hasSecret: async (auth) => (await read(`DB_EXISTS(${family}/${safe(auth)})`)) === '1',
  }
}

/** @throws AmiError `ami.invalid_field` for a name that could be read as more than a name */
function safe(name: string): string {
  if (!nameSchema.safeParse(name).success) throw new AmiError('ami.invalid_field', 'the name of an endpoint')
  return name
}
