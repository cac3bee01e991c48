import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { iceFor } from '../../../server/phone/ice.ts'

const settings = {
  urls: ['stun:turn.example.com:3478', 'turn:turn.example.com:3478?transport=udp'],
  secret: 'shared with the TURN server',
  seconds: 600,
  relayOnly: true,
}

it('credentials are of their person, end by themselves, and are what a TURN server reckons from the secret', () => {
  const { servers, relayOnly, renewAfterSeconds } = iceFor(settings, 'nina', 1_764_000_000_500)
  const username = '1764000600:nina'
  const credential = createHmac('sha1', settings.secret).update(username).digest('base64')
  expect(servers).toEqual([
    { urls: 'stun:turn.example.com:3478' },
    { urls: 'turn:turn.example.com:3478?transport=udp', username, credential },
  ])
  expect({ relayOnly, renewAfterSeconds }).toEqual({ relayOnly: true, renewAfterSeconds: 300 })
})

it('there are none without a secret, and no servers where none are set', () => {
  expect(iceFor({ ...settings, secret: '' }, 'nina', 0).servers).toEqual(
    settings.urls.map((urls) => ({ urls })),
  )
  expect(iceFor({ ...settings, urls: [] }, 'nina', 0).servers).toEqual([])
})
