import { randomBytes } from 'node:crypto'
import type { WebSocket } from 'ws'
import { phoneClosed, type DeskPhones, type OpenedPhone } from '../../shared/phone.ts'
import { ProblemError } from '../../shared/problems.ts'
import { createAllowance } from '../allowance.ts'
import type { Endpoints } from '../asterisk/endpoints.ts'
import { AmiError } from '../asterisk/errors.ts'
import type { DeskInfo } from '../floor/events.ts'
import type { Caller, People } from '../people/people.ts'
import { createCallsOnLine, type CallsOnLine } from './calls-on-line.ts'
import { openLine, type Line } from './line.ts'

/** Where a device of a desk is: its PBX, its name there, and where that PBX takes SIP over WebSocket. */
export interface PhonePlace {
  pbx: string
  endpoint: string
  /** Empty where browsers cannot be phones of this PBX. */
  url: string
}

export interface PhonesOptions {
  people: Pick<People, 'devicesOf' | 'directory' | 'isLive' | 'rightsOf' | 'deskOf'>
  /** Null for a device that cannot be a browser. */
  placeOf: (device: string) => PhonePlace | null
  endpointsOf: (pbx: string) => Endpoints | null
  /** A person takes calls by this device from now on: by their browser phone, or by the desk phone (null). */
  onUse: (extension: string, browser: string | null) => void
  /** The page that was this device has been left in a call, and no other page has taken that over. */
  onLeft: (device: string) => void
  /** How long the page after a reload has to take a call over, ms. */
  takenBackWithinMs?: number
  log: { info: (fields: object, message: string) => void; warn: (fields: object, message: string) => void }
}

/** Who has a phone, from one request for it to the next. */
interface Holder {
  personId: string
  sessionId: string
  window: string
  extension: string
  secret: string
}

/** The browser phone of one desk. It stays while a call is on it, also when nobody holds it any more. */
interface Phone {
  device: string
  place: PhonePlace
  auth: string
  holder: Holder | null
  /** The page whose calls are on it: that of the last who held it. */
  page: string | null
  line: Line | null
  calls: CallsOnLine
  /** What is done to it, one thing after the other. */
  turn: Promise<unknown>
}

/** How long Asterisk has to take a registration back before the secret is void anyway, ms. */
const unregisterWithinMs = 1_500
/** How long the end of a call may take to be passed on and answered, ms. */
const endsWithinMs = 500
const askingAllowance = { burst: 10, perSecond: 0.5 }

/**
 * The phones that agents have in their browsers. Each request for one makes a new secret, known to that window alone; it is
 * void as soon as the session, the right or the desk is gone, and the window's line is closed once no call is on it.
 */
export function createPhones({
  people,
  placeOf,
  endpointsOf,
  onUse,
  onLeft,
  takenBackWithinMs = 10_000,
  log,
}: PhonesOptions) {
  /** By device. */
  const phones = new Map<string, Phone>()
  /** Devices that a browser may be, as far as their PBX was asked. */
  const browsers = new Set<string>()
  const asking = new Map<string, (now: number) => boolean>()

  const inTurn = <T>(phone: Phone, work: () => Promise<T>): Promise<T> => {
    const mine = phone.turn.then(work)
    phone.turn = mine.catch(() => undefined)
    return mine
  }

  /** The browser phone among the devices of a desk. @throws AmiError */
  async function browserOf(
    extension: string,
  ): Promise<{ device: string; place: PhonePlace; auth: string | null } | null> {
    for (const device of people.devicesOf(extension)) {
      const place = placeOf(device)
      if (place === null || place.url === '') continue
      const found = await endpointsOf(place.pbx)?.browserEndpoint(place.endpoint)
      noteKind(device, found != null)
      if (found != null) return { device, place, auth: found.auth }
    }
    return null
  }

  function noteKind(device: string, isBrowser: boolean): void {
    if (isBrowser) browsers.add(device)
    else browsers.delete(device)
  }

  const knownBrowserOf = (extension: string): string | null =>
    people.devicesOf(extension).find((device) => browsers.has(device)) ?? null

  function phoneOf(device: string, place: PhonePlace, auth: string): Phone {
    const known = phones.get(device)
    // Asterisk may have been set up otherwise meanwhile.
    if (known !== undefined) return Object.assign(known, { place, auth })
    const phone: Phone = {
      device,
      place,
      auth,
      holder: null,
      page: null,
      line: null,
      calls: createCallsOnLine(() => {
        // The end of the last call is still to be passed on, and answered.
        setTimeout(() => closeIdle(phone), endsWithinMs).unref()
      }),
      turn: Promise.resolve(),
    }
    phones.set(device, phone)
    return phone
  }

  /** Closes the line of a phone that nobody holds, once no call is on it. */
  function closeIdle(phone: Phone): void {
    if (phone.holder === null && phone.calls.count === 0) phone.line?.close(phoneClosed.ended)
  }

  /** A page was left in a call. Where no other page has taken that over by now, the other side is not left in silence. */
  function lookAfterLeft({ device, line, calls }: Phone): void {
    if (line !== null && calls.left === 0) return
    calls.leave()
    if (calls.left === 0) return
    calls.giveUp()
    log.info({ device }, 'A page was left in a call, and none has taken it over.')
    onLeft(device)
  }

  /** Makes a secret that nobody knows, so that the one before is void. */
  async function voidSecret({ place, auth }: Pick<Phone, 'place' | 'auth'>): Promise<void> {
    try {
      await endpointsOf(place.pbx)?.setSecret(place.endpoint, auth, newSecret())
    } catch (error) {
      // When the PBX is back, every secret that nobody holds is made void.
      log.warn({ pbx: place.pbx, endpoint: place.endpoint, err: error }, 'A phone’s secret is not void yet.')
    }
  }

  /** Takes a phone away from who had it: registered no more, its secret void, its line closed once no call is on it. */
  function retire(phone: Phone): void {
    const { holder } = phone
    if (holder === null) return
    phone.holder = null
    void inTurn(phone, async () => {
      // Somebody has taken it meanwhile, with a secret of their own.
      if (phone.holder !== null) return
      await phone.line?.unregister(holder.secret, unregisterWithinMs)
      await voidSecret(phone)
      closeIdle(phone)
    })
  }

  const isHeldRightly = ({ device, holder }: Phone, desks: readonly DeskInfo[]): boolean =>
    holder !== null &&
    people.isLive(holder.sessionId) &&
    people.rightsOf(holder.personId).has('desk.use') &&
    people.deskOf(holder.personId) === holder.extension &&
    desks.some(({ extension, interfaces }) => extension === holder.extension && interfaces.includes(device))

  const refuseTooMuch = (personId: string): void => {
    const allowed = asking.get(personId) ?? createAllowance(askingAllowance)
    asking.set(personId, allowed)
    if (!allowed(Date.now())) throw new ProblemError('request.throttled')
  }

  async function found(extension: string | null): ReturnType<typeof browserOf> {
    try {
      return extension === null ? null : await browserOf(extension)
    } catch (error) {
      throw asProblem(error)
    }
  }

  return {
    /** Which phones stand at the desk of a person. */
    phonesAt: async (extension: string | null): Promise<Pick<DeskPhones, 'kinds' | 'why'>> => {
      const desk = people.directory().find((one) => one.extension === extension)
      if (desk === undefined) return { kinds: [], why: null }
      try {
        const browser = await browserOf(desk.extension)
        const others = desk.interfaces.some((device) => device !== browser?.device)
        const why = browser !== null && browser.auth === null ? 'notSetUp' : null
        return {
          kinds: [
            ...(browser !== null && why === null ? (['browser'] as const) : []),
            ...(others ? (['desk'] as const) : []),
          ],
          why,
        }
      } catch (error) {
        if (!(error instanceof AmiError)) throw error
        return { kinds: desk.interfaces.length > 0 ? ['desk'] : [], why: 'pbxAway' }
      }
    },

    /**
     * Makes a window the phone of its person's desk.
     * @param from the window that gives it to this one: calls that are on go on here
     * @throws ProblemError `phone.none`, `phone.in_call`, `phone.not_set_up`, `pbx.unreachable`, `request.throttled`
     */
    open: async (
      { personId, sessionId, extension }: Caller,
      window: string,
      from: string | null = null,
    ): Promise<Omit<OpenedPhone, 'ice'>> => {
      refuseTooMuch(personId)
      const browser = await found(extension)
      if (extension === null || browser === null) throw new ProblemError('phone.none')
      const { device, place, auth } = browser
      if (auth === null) throw new ProblemError('phone.not_set_up')
      const phone = phoneOf(device, place, auth)
      return inTurn(phone, async () => {
        const isOther = phone.page !== null && phone.page !== window
        const isGiven = from !== null && phone.page === from && phone.holder?.personId === personId
        if (isOther && !isGiven && phone.line !== null && phone.calls.count > 0)
          throw new ProblemError('phone.in_call')
        const secret = newSecret()
        const taken = await endpointsOf(place.pbx)
          ?.setSecret(place.endpoint, auth, secret)
          .catch((error: unknown) => {
            throw asProblem(error)
          })
        if (taken !== true) throw new ProblemError('phone.not_set_up')
        if (isOther) {
          phone.line?.close(phoneClosed.takenOver)
          // The page that had them is no more, or gives them: this one may take them over.
          phone.calls.leave()
          if (isGiven) setTimeout(() => lookAfterLeft(phone), takenBackWithinMs).unref()
        }
        phone.page = window
        phone.holder = { personId, sessionId, window, extension, secret }
        // Much may have happened since the request came.
        if (!isHeldRightly(phone, people.directory())) {
          retire(phone)
          throw new ProblemError('phone.none')
        }
        log.info({ device, personId }, 'A browser is the phone of a desk.')
        onUse(extension, device)
        return { endpoint: place.endpoint, secret, extension }
      })
    },

    /** Has a person take calls by the desk phone: lets go of their browser phone, whichever window is that. */
    close: ({ personId, extension }: Pick<Caller, 'personId' | 'extension'>): void => {
      for (const phone of phones.values()) {
        if (phone.holder?.personId === personId && phone.holder.extension === extension) retire(phone)
      }
      if (extension !== null) onUse(extension, null)
    },

    /** The browser phone of a desk; null where there is none, or its PBX was not asked yet. */
    browserOf: knownBrowserOf,

    /** Whether a browser may be this device, as far as is known. */
    isBrowser: (device: string): boolean => browsers.has(device),

    /** Whether a window holds a phone, and may connect it. */
    holds: (sessionId: string, window: string): boolean => {
      const phone = held(sessionId, window)
      return phone !== undefined && isHeldRightly(phone, people.directory())
    },

    /** Connects the phone that a window holds; the connection before is given up. */
    connect: (browser: WebSocket, sessionId: string, window: string): void => {
      const phone = held(sessionId, window)
      if (phone === undefined) {
        browser.close(phoneClosed.ended)
        return
      }
      phone.line?.close(phoneClosed.takenOver)
      const { place, device } = phone
      const line = openLine({
        browser,
        url: place.url,
        endpoint: place.endpoint,
        calls: phone.calls,
        mayBegin: () => phone.holder !== null,
        onClosed: (left) => {
          if (phone.line !== line) return
          phone.line = null
          if (left && phone.calls.count > 0) setTimeout(() => lookAfterLeft(phone), takenBackWithinMs).unref()
        },
        onRefused: (why) => log.warn({ device, why }, 'A phone said what it may not.'),
      })
      phone.line = line
    },

    /** Looks who may no longer have their phone: after each change of sessions, rights or desks. */
    peopleChanged: (): void => {
      const desks = people.directory()
      for (const phone of phones.values()) {
        if (phone.holder !== null && !isHeldRightly(phone, desks)) retire(phone)
      }
    },

    /** Once a PBX is heard again: its phones have the secrets that they should have, and no others. */
    settle: async (pbx: string): Promise<void> => {
      const endpoints = endpointsOf(pbx)
      if (endpoints === null) return
      for (const device of people.directory().flatMap(({ interfaces }) => interfaces)) {
        const place = placeOf(device)
        if (place?.pbx !== pbx || place.url === '') continue
        const known = phones.get(device)
        if (known !== undefined) {
          await inTurn(known, async () => {
            if (known.holder === null) await voidSecret(known)
            else await endpoints.setSecret(place.endpoint, known.auth, known.holder.secret)
          })
          continue
        }
        const found = await endpoints.browserEndpoint(place.endpoint)
        noteKind(device, found !== null)
        // Whoever had it signed in at a server that is no more.
        if (found?.auth != null && (await endpoints.hasSecret(found.auth))) {
          await voidSecret({ place, auth: found.auth })
        }
      }
    },

    /** Closes every line. Browsers come back by themselves, and calls that are on go on. */
    stop: (): void => {
      for (const phone of phones.values()) phone.line?.close(phoneClosed.stopping)
    },
  }

  function held(sessionId: string, window: string): Phone | undefined {
    return [...phones.values()].find(
      ({ holder }) => holder?.sessionId === sessionId && holder.window === window,
    )
  }
}

export type Phones = ReturnType<typeof createPhones>

function newSecret(): string {
  return randomBytes(24).toString('base64url')
}

function asProblem(error: unknown): unknown {
  if (!(error instanceof AmiError)) return error
  if (error.code === 'ami.refused_action') return new ProblemError('phone.not_set_up', { cause: error })
  return new ProblemError('pbx.unreachable', { cause: error })
}
