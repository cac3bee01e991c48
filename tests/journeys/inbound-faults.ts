import { strict as assert } from 'node:assert'
import { request as requests } from 'playwright-core'
import { did } from '../../lab/flows/stage.ts'
import { labPeople } from '../../lab/centre.ts'
import { castMember } from '../../lab/seed/cast.ts'
import { meSchema } from '../../shared/people.ts'
import { numberOf } from './inbound-calls.ts'
import type { Journey } from './inbound.ts'
import { endedCall } from './records.ts'

const cutMs = 10_000
/** How soon a revoked session must be over on an open console, ms. */
const revokedWithinMs = 1_000

/** What breaks in the middle of a call, and is right again afterwards. */
export async function faultSteps(journey: Journey): Promise<void> {
  const { centre, nina, dmytro, petra, stage, pops, pictures, relay, unseen, steps } = journey
  const olena = castMember('cast-kovalchuk').name

  /** Olena talks with Nina. */
  const conversation = async () => {
    const phone = await stage.phone({ extension: '201' })
    const call = await stage.call({ from: numberOf('cast-kovalchuk'), to: did.agent('201') })
    pops.expect(call.callId)
    await nina.shows('ringing', olena)
    await phone.answer()
    await nina.shows('talking', olena)
    return call
  }

  await steps.step(
    'the page is refreshed in mid-call: same call, same card, the half-typed note is there',
    async () => {
      const call = await conversation()
      const note = 'She will send the delivery note of'
      await nina.page.fill('textarea', note)
      await nina.page.getByTestId('note-status').getByText('saved').waitFor()
      await pops.collect(nina)
      await nina.page.reload()
      await nina.shows('talking', olena)
      await nina.page.waitForFunction("document.querySelector('textarea')?.value !== ''")
      assert.equal(await nina.page.inputValue('textarea'), note)
      await call.hangUp()
      await nina.shows('ended', olena)
      await nina.page.fill('textarea', '')
    },
  )

  await steps.step('AMI is cut for 10 s in mid-call: said, survived, and right again', async () => {
    const staying = await conversation()
    const phone = await stage.phone({ extension: '202' })
    const leaving = await stage.call({ from: numberOf('cast-weber'), to: did.agent('202') })
    unseen.add(leaving.callId)
    await dmytro.shows('ringing', castMember('cast-weber').name)
    await phone.answer()
    await dmytro.shows('talking', castMember('cast-weber').name)
    relay.cut()
    const mended = new Promise<void>((resolve) => {
      setTimeout(() => {
        relay.mend()
        resolve()
      }, cutMs)
    })
    await Promise.all([nina, dmytro, petra].map((console) => console.connection('PBX lost')))
    await leaving.hangUp()
    await nina.shows('talking', olena)
    await pictures.take(nina, 'desk-pbx-lost')
    await mended
    await Promise.all([nina, dmytro, petra].map((console) => console.connection('live')))
    await nina.shows('talking', olena)
    await dmytro.shows('ended', castMember('cast-weber').name)
    await staying.hangUp()
    await nina.shows('ended', olena)
    await endedCall(centre.url, petra, leaving.callId)
    const { contacts } = await endedCall(centre.url, petra, staying.callId)
    assert.equal(contacts.length, 1)
  })

  await steps.step(
    'the server is killed in mid-call and started again: call, card and history are whole',
    async () => {
      const call = await conversation()
      const began = Date.now()
      await centre.stopServer('kill')
      await nina.connection('offline')
      await pictures.take(nina, 'desk-server-lost')
      await centre.startServer()
      await Promise.all([nina, dmytro, petra].map((console) => console.connection('live')))
      await nina.shows('talking', olena)
      const talkedOn = Date.now()
      await call.hangUp()
      await nina.shows('ended', olena)
      const { offers, contacts } = await endedCall(centre.url, petra, call.callId)
      assert.equal(offers.length, 1)
      assert.equal(contacts.length, 1)
      assert(
        (contacts[0]?.beganAt ?? Infinity) <= began && (contacts[0]?.endedAt ?? 0) >= talkedOn,
        'the contact does not span the restart',
      )
    },
  )

  await steps.step('sessions end: one revoked by an administrator, one signed out', async () => {
    const revokedMs = await revoke(journey)
    assert(revokedMs <= revokedWithinMs, `the revoked console was open for ${revokedMs} ms`)
    await Promise.all([pops.collect(nina), pops.collect(dmytro)])
    await nina.page.locator('[popovertarget^=menu-r]:visible').click()
    await nina.page.getByRole('button', { name: 'Sign out' }).click()
    await nina.page.locator('form [type=submit]').waitFor()
    const answer = await nina.page.request.get(`${centre.url}/api/session`)
    assert.equal(answer.status(), 204)
  })
}

/** An administrator ends Dmytro's sessions. @returns how long his console took to say so, ms */
async function revoke({ centre, dmytro }: Journey): Promise<number> {
  const admin = labPeople.find(({ roles }) => roles.includes('admin'))
  const request = await requests.newContext()
  try {
    const { signInName, password } = admin ?? {}
    const me = await request.post(`${centre.url}/api/session`, { data: { signInName, password } })
    const { csrfToken } = meSchema.parse(await me.json())
    const people = (await (await request.get(`${centre.url}/api/people`)).json()) as {
      personId: string
      signInName: string
    }[]
    const him = people.find((person) => person.signInName === dmytro.person.signInName)
    const said = dmytro.page.getByText('Your session has ended.').first().waitFor()
    const began = performance.now()
    const done = await request.delete(`${centre.url}/api/people/${him?.personId ?? ''}/sessions`, {
      headers: { 'x-csrf-token': csrfToken },
    })
    assert(done.ok(), `refused with ${done.status()}`)
    await said
    return Math.round(performance.now() - began)
  } finally {
    await request.dispose()
  }
}
