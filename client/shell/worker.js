// The service worker of the console. It keeps the shell (the page and its hashed files) and nothing else: what comes from the
// server's API, sockets and phones never passes through it. The build puts the list of files and their hash in.
const files = __FILES__
const cacheName = 'ringcard-__BUILD__'
const page = '/index.html'

self.addEventListener('install', (event) => {
  // All or nothing: a shell of two builds is never kept.
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll([page, ...files])))
})

// It takes over once no window of the build before is open, so that no window finds its files gone.
self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith('ringcard-') && name !== cacheName)
            .map((name) => caches.delete(name)),
        ),
      ),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  // The page is always the server's own; the kept one stands in where the server cannot be reached.
  if (request.mode === 'navigate' && !pathname.startsWith('/api/'))
    event.respondWith(
      fetch(request).catch(
        async (error) => (await caches.match(page, { cacheName })) ?? Promise.reject(error),
      ),
    )
  // A file with its hash in its name never changes.
  else if (files.includes(pathname))
    event.respondWith(caches.match(pathname, { cacheName }).then((kept) => kept ?? fetch(request)))
})
