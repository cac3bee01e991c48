import { createHash } from 'node:crypto'
import WebSocket from 'ws'
import type { Address } from '../../../lab/asterisk/asterisk.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

/**
 * Registers at Asterisk itself, past the server: by code of its own, as somebody would who has got hold of a secret.
 * @returns the status of Asterisk's last answer
 */
export async function registerAtAsterisk(ws: Address, user: string, secret: string): Promise<number> {
  const socket = new WebSocket(`ws://${ws.host}:${ws.port}/ws`, 'sip')
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const callId = Math.random().toString(36).slice(2)
  const ask = async (sequence: number, authorization?: string): Promise<string> => {
    const answer = new Promise<string>((resolve) => {
      socket.once('message', (data: Buffer) => resolve(data.toString('utf8')))
    })
    const address = `<sip:${user}@ringcard.invalid>`
    const lines = [
      'REGISTER sip:ringcard.invalid SIP/2.0',
      `Via: SIP/2.0/WS tester.invalid;branch=z9hG4bK${callId}${sequence}`,
      'Max-Forwards: 70',
      `From: ${address};tag=tester`,
      `To: ${address}`,
      `Call-ID: ${callId}`,
      `CSeq: ${sequence} REGISTER`,
      'Contact: <sip:tester@tester.invalid;transport=ws>',
      'Expires: 60',
      ...(authorization === undefined ? [] : [authorization]),
      'Content-Length: 0',
    ]
    socket.send(`${lines.join('\r\n')}\r\n\r\n`)
    return answer
  }
  const statusOf = (answer: string) => Number(/^SIP\/2\.0 (\d+)/.exec(answer)?.[1])
  try {
    const challenge = await ask(1)
    const said = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? ''
    if (statusOf(challenge) !== 401) return statusOf(challenge)
    const one = md5(`${user}:${said('realm')}:${secret}`)
    const two = md5('REGISTER:sip:ringcard.invalid')
    const response = md5(`${one}:${said('nonce')}:00000001:x:auth:${two}`)
    const parts = [
      `username="${user}", realm="${said('realm')}", nonce="${said('nonce')}"`,
      `uri="sip:ringcard.invalid", response="${response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="x"`,
      `opaque="${said('opaque')}"`,
    ]
    return statusOf(await ask(2, `Authorization: Digest ${parts.join(', ')}`))
  } finally {
    socket.terminate()
  }
}
