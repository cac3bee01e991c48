import { mkdtemp, mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import request from 'supertest'
import type { Health } from '../../../shared/api.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { defaultVerification } from '../../../shared/verification.ts'
import { firstDispositions } from '../../../server/dispositions/first.ts'
import { createHttp, type Http, type HttpOptions } from '../../../server/http/http.ts'
import { createMetrics } from '../../../server/http/metrics.ts'
import type { Handlers } from '../../../server/http/mount.ts'
import { foundOn } from '../../../server/floor/found.ts'
import { createFloor } from '../../../server/floor/floor.ts'
import { peopleRoutes } from '../../../server/people/routes.ts'
import { createSettingsStore } from '../../../server/settings/model.ts'
import { settingsRoutes } from '../../../server/settings/routes.ts'
import { createSettings } from '../../../server/settings/settings.ts'
import { openOffice, password, type Office } from '../people/support.ts'

const health: Health = {
  version: '0.0.0',
  startedAt: 0,
  database: { state: 'ready', since: 0, message: null },
  spool: {
    entries: 3,
    bytes: 100,
    diskUsedPercent: 40,
    state: 'ok',
    damagedLines: 2,
    refusedEntries: 1,
    checkpointLost: false,
    trouble: null,
  },
  links: [],
  notices: [],
  gaps: [],
  consoles: 0,
}

export interface Site {
  office: Office
  http: Http
  /** Lines that were logged. */
  logged: string[]
  /** Reasons for not being ready; change it to see. */
  unready: string[]
  /** Signs in and gives the headers that a console sends. */
  headersFor: (signInName: string) => Promise<Record<'cookie' | 'x-csrf-token', string>>
  close: () => Promise<void>
}

/** Customers and calls are other parts' routes: here each answers that there is no such thing, or fails. */
function otherRoutes(): Omit<
  Handlers,
  keyof ReturnType<typeof peopleRoutes> | keyof ReturnType<typeof settingsRoutes>
> {
  const noCall = () => Promise.reject(new ProblemError('call.unknown'))
  const noTask = () => Promise.reject(new ProblemError('task.unknown'))
  const noDesk = () => Promise.reject(new ProblemError('status.no_desk'))
  return {
    'customers.search': () => ({ hits: [], more: false }),
    'customers.edit': () => Promise.reject(new ProblemError('customer.unknown')),
    'customers.edits': () => [],
    'customers.read': () => Promise.reject(new ProblemError('customer.unknown')),
    'customers.erasure': () => Promise.reject(new ProblemError('customer.unknown')),
    'customers.erase': () => Promise.reject(new ProblemError('customer.unknown')),
    'customers.addNote': () => Promise.reject(new Error('note for +4930231250 could not be written')),
    'calls.list': noCall,
    'calls.read': noCall,
    'calls.explain': noCall,
    'calls.trace': noCall,
    'calls.choose': noCall,
    'calls.create': noCall,
    'calls.unlink': noCall,
    'calls.dial': () => Promise.reject(new ProblemError('dial.no_phone')),
    'phoneBook.list': () => ({ entries: [] }),
    'phoneBook.set': () => Promise.reject(new ProblemError('dial.not_dialable')),
    'phoneBook.remove': () => Promise.reject(new ProblemError('edit.outdated')),
    'calls.pickUp': noCall,
    'calls.quality': () => Promise.resolve(null),
    'phone.read': () => ({ kinds: [], why: null, inUse: 'desk', deaf: false, testNumber: '*60' }),
    'phone.open': () => Promise.reject(new ProblemError('phone.none')),
    'phone.ice': () => ({ servers: [], relayOnly: false, renewAfterSeconds: 60 }),
    'phone.close': () => null,
    'pbx.check': () => Promise.reject(new Error('nobody asks')),
    'calls.verification': noCall,
    'calls.verify': noCall,
    'calls.targets': noCall,
    'calls.control': noCall,
    'articles.find': () => [],
    'articles.read': () => Promise.reject(new ProblemError('article.unknown')),
    'articles.editor': () => ({ articles: [], queues: [], numbers: [] }),
    'articles.versions': () => ({ versions: [] }),
    'articles.set': () => Promise.reject(new ProblemError('edit.outdated')),
    'articles.remove': () => null,
    'guides.list': () => ({ guides: [], queues: [], numbers: [] }),
    'guides.set': () => Promise.reject(new ProblemError('edit.outdated')),
    'guides.remove': () => null,
    'customers.setPin': () => null,
    'verification.read': () => ({ version: 1, definition: defaultVerification }),
    'verification.change': ({ body }) => ({ ...body, version: body.version + 1 }),
    'dispositions.read': () => ({ version: 1, definition: firstDispositions }),
    'dispositions.edited': () => ({ version: 1, definition: firstDispositions, used: [] }),
    'dispositions.change': ({ body }) => ({ ...body, version: body.version + 1 }),
    'dispositions.unfinished': () => ({ calls: [] }),
    'dispositions.counts': () => ({ people: [] }),
    'calls.dispositions': noCall,
    'calls.setDisposition': noCall,
    'tasks.list': () => ({ tasks: [] }),
    'tasks.create': noTask,
    'tasks.read': noTask,
    'tasks.change': noTask,
    'tasks.call': noTask,
    'tasks.recording': noTask,
    'tasks.times': () => Promise.reject(new ProblemError('customer.unknown')),
    'doNotCall.list': () => ({ numbers: [] }),
    'doNotCall.check': () => ({ doNotCall: null }),
    'doNotCall.add': noTask,
    'doNotCall.remove': () => null,
    'tasks.choices': () => ({ people: [], queues: [] }),
    'status.read': noDesk,
    'status.set': noDesk,
    'status.extend': noDesk,
    'agents.setStatus': noDesk,
    'agents.noticeSeen': noDesk,
    'days.mine': noDesk,
    'days.people': () => ({ people: [], breaks: [] }),
    'days.read': noDesk,
    'status.signIn': noDesk,
    'agents.signIn': noDesk,
    'statusRules.read': noDesk,
    'statusRules.change': noDesk,
    'health.read': () => health,
  }
}

/** The HTTP side over a real office with a boss and an agent, and a console of three files. */
export async function openSite(name: string, config: Partial<HttpOptions['config']> = {}): Promise<Site> {
  const office = await openOffice(name)
  await office.add('boss', { roles: ['admin', 'supervisor'] })
  await office.add('anna')

  const clientFolder = await mkdtemp(join(tmpdir(), 'ringcard-client-'))
  await mkdir(join(clientFolder, 'assets'))
  await writeFile(join(clientFolder, 'index.html'), '<!doctype html><title>Ringcard</title>')
  await writeFile(join(clientFolder, 'assets', 'main-abc123.js'), `console.log('${'ring '.repeat(200)}')`)

  const logged: string[] = []
  const unready: string[] = []
  const settings: HttpOptions['config'] = {
    PUBLIC_ORIGIN: '',
    TRUST_PROXY: false,
    METRICS_TOKEN: '',
    ...config,
  }
  const centre = createSettings({
    store: createSettingsStore(office.database.connection, () => undefined),
    seed: { homeCountry: 'DE', ignoredNumbers: [], labels: new Map([['+493023125101', 'Support']]) },
    audit: office.people.audit,
  })
  await centre.load()
  const http = await createHttp({
    config: settings,
    people: office.people,
    handlers: {
      ...peopleRoutes(office.people, settings.PUBLIC_ORIGIN.startsWith('https://'), () => ({
        ...foundOn(createFloor({ shortAbandonMs: 5_000, trunks: [] }), (device) => device),
        isBrowser: () => false,
        inUse: () => 'desk',
      })),
      ...settingsRoutes(centre, () => ['support']),
      ...otherRoutes(),
    },
    unready: () => unready,
    metrics: createMetrics(() => health),
    clientFolder,
    version: '0.0.0',
    log: pino({}, { write: (line: string) => void logged.push(line) }),
  })
  return {
    office,
    http,
    logged,
    unready,
    headersFor: async (signInName) => {
      const answer = await request(http.app).post('/api/session').send({ signInName, password })
      const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
      return { cookie, 'x-csrf-token': (answer.body as { csrfToken: string }).csrfToken }
    },
    close: async () => {
      await office.close()
    },
  }
}
