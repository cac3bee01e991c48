import { expect, it } from 'vitest'
import { createEndpoints } from '../../../server/asterisk/endpoints.ts'
import type { AmiError } from '../../../server/asterisk/errors.ts'

/** A PBX that has variables, and a store that PJSIP looks into or does not. */
function pbx(variables: Record<string, string>, looksInto: 'astdb' | 'files' = 'astdb') {
  const sent: Record<string, string>[] = []
  const action = (name: string, fields: Readonly<Record<string, string>>) => {
    sent.push({ name, ...fields })
    if (name === 'DBPut' && looksInto === 'astdb') {
      const { password } = JSON.parse(fields['Val'] ?? '') as { password: string }
      variables[`AST_SORCERY(res_pjsip,auth,${fields['Key'] ?? ''},password)`] = password
    }
    return Promise.resolve({ response: 'Success', value: variables[fields['Variable'] ?? ''] ?? '' })
  }
  return { endpoints: createEndpoints({ action, systemAction: action }), sent }
}

it('knows a browser’s endpoint and its auth from others', async () => {
  const { endpoints } = pbx({
    'PJSIP_ENDPOINT(201-web,webrtc)': 'yes',
    'PJSIP_ENDPOINT(201-web,auth)': 'auth-201',
    'PJSIP_ENDPOINT(201,webrtc)': 'no',
    'PJSIP_ENDPOINT(open,webrtc)': 'yes',
  })
  expect(await endpoints.browserEndpoint('201-web')).toEqual({ auth: 'auth-201' })
  expect(await endpoints.browserEndpoint('201')).toBeNull()
  expect(await endpoints.browserEndpoint('nobody')).toBeNull()
  expect(await endpoints.browserEndpoint('open')).toEqual({ auth: null })
})

it('puts a secret where PJSIP looks, and says whether it found it there', async () => {
  const { endpoints, sent } = pbx({})
  expect(await endpoints.setSecret('201-web', 'auth-201', 'new')).toBe(true)
  expect(sent[0]).toMatchObject({ name: 'DBPut', Family: 'ringcard/auth', Key: 'auth-201' })
  expect(JSON.parse(sent[0]?.['Val'] ?? '')).toEqual({
    auth_type: 'userpass',
    username: '201-web',
    password: 'new',
  })
  expect(await pbx({}, 'files').endpoints.setSecret('201-web', 'auth-201', 'new')).toBe(false)
})

it.each(['a)b', 'a,b', 'a b', ''])('asks nothing for what is no name: %j', async (name) => {
  const { endpoints, sent } = pbx({})
  const refusal = expect.objectContaining({ code: 'ami.invalid_field' }) as AmiError
  await expect(endpoints.browserEndpoint(name)).rejects.toEqual(refusal)
  await expect(endpoints.setSecret('201-web', name, 'x')).rejects.toEqual(refusal)
  await expect(endpoints.hasSecret(name)).rejects.toEqual(refusal)
  expect(sent).toEqual([])
})
