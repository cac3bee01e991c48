import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, posix } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Request, RequestHandler, Response } from 'express'

interface StaticFile {
  type: string
  etag: string
  /** By content coding; `identity` is always there. */
  bodies: Map<'identity' | 'gzip' | 'br', Buffer>
  cacheControl: string
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
}
const compressible = new Set(['.html', '.js', '.css', '.json', '.webmanifest', '.svg', '.txt'])

/**
 * Serves the built console. Every file is read and compressed once, at start, and answered from memory: there is no disk
 * and no compressing while calls ring, and an address can only name a file that is there. An address that is no file is
 * the console's own (`/desk`): it gets the page.
 * @param folder of the build; when it is not there, the page says how to build it
 */
export async function serveClient(folder: string): Promise<RequestHandler> {
  const files = await readFiles(folder)
  const page = files.get('/index.html')
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      next()
      return
    }
    const file = files.get(request.path)
    if (file !== undefined) send(request, response, file)
    else if (extname(request.path) !== '' || !request.accepts('html')) next()
    else if (page !== undefined) send(request, response, page)
    else {
      response
        .status(503)
        .setHeader('cache-control', 'no-store')
        .type('text/plain')
        .send('The console is not built yet. Run: npm run build\n')
    }
  }
}

function send(request: Request, response: Response, file: StaticFile): void {
  const accepted = request.acceptsEncodings('br', 'gzip', 'identity')
  const coding =
    (['br', 'gzip'] as const).find((one) => one === accepted && file.bodies.has(one)) ?? 'identity'
  response.setHeader('cache-control', file.cacheControl)
  response.setHeader('vary', 'accept-encoding')
  response.setHeader('etag', `"${file.etag}-${coding}"`)
  response.setHeader('content-type', file.type)
  if (coding !== 'identity') response.setHeader('content-encoding', coding)
  // Express answers 304 by itself where the etag agrees.
  response.send(file.bodies.get(coding))
}

async function readFiles(folder: string): Promise<Map<string, StaticFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = new Map<string, StaticFile>()
  for (const entry of entries.filter((one) => one.isFile() && !one.name.endsWith('.map'))) {
    const path = join(entry.parentPath, entry.name)
    const address = posix.join('/', path.slice(folder.length).replaceAll('\\', '/'))
    files.set(address, await readStaticFile(path, address))
  }
  return files
}

async function readStaticFile(path: string, address: string): Promise<StaticFile> {
  const content = await readFile(path)
  const extension = extname(path)
  const bodies: StaticFile['bodies'] = new Map([['identity', content]])
  if (compressible.has(extension)) {
    bodies.set('gzip', await promisify(gzip)(content, { level: 9 }))
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
    bodies.set('br', await promisify(brotliCompress)(content, quality))
  }
  return {
    type: types[extension] ?? 'application/octet-stream',
    etag: createHash('sha256').update(content).digest('base64url').slice(0, 22),
    bodies,
    // The build puts a hash of the content into every name under /assets.
    cacheControl: address.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
}
