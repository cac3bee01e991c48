import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { iconNames } from './ui/icon-names.ts'

const virtualIcons = 'virtual:ringcard-icons'
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const serverOrigin = process.env['RINGCARD_DEV_SERVER'] ?? 'http://127.0.0.1:8080'

/**
 * The console's build. Nuxt UI's hidden imports, colour mode, router and icon loader are off: components are imported by
 * name, colours are in style.css, and `@iconify/vue` (which would ask another host for an icon it does not have) is
 * replaced by our own bundled icons.
 */
export default defineConfig({
  root: here('.'),
  plugins: [
    vue(),
    bundledIcons(createRequire(import.meta.url).resolve('@iconify-json/lucide/icons.json')),
    shellWorker(here('shell/worker.js')),
    ui({
      root: here('..'),
      autoImport: false,
      components: false,
      colorMode: false,
      dts: false,
      icon: { clientBundle: false },
      theme: { colors: ['primary', 'error', 'warning', 'neutral'] },
      experimental: {
        componentDetection: ['Button', 'Input', 'Textarea', 'Modal', 'Kbd', 'FormField', 'Checkbox'],
      },
    }),
  ],
  resolve: { alias: { '@iconify/vue': here('ui/iconify.ts') } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    outDir: here('../dist/client'),
    emptyOutDir: true,
    target: 'es2022',
    // An inlined file would be a data: address, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': serverOrigin,
      '/socket.io': { target: serverOrigin, ws: true },
    },
  },
})

/**
 * A Vite plugin that bundles the icons named in `ui/icon-names.ts`, as data and not as markup: each is a list of
 * `[tag, attributes]`, so the console never needs to set inner HTML.
 * @param file Iconify's `icons.json` of the set
 * @throws Error at build when a name is not in the set
 */
function bundledIcons(file: string): Plugin {
  return {
    name: 'ringcard:icons',
    resolveId: (id) => (id === virtualIcons ? id : undefined),
    load(id) {
      if (id !== virtualIcons) return undefined
      const set = JSON.parse(readFileSync(file, 'utf8')) as {
        icons: Record<string, { body: string }>
        aliases: Record<string, { parent: string }>
      }
      const shapes = Object.fromEntries(
        iconNames.map((name) => {
          const icon = set.icons[name] ?? set.icons[set.aliases[name]?.parent ?? '']
          if (icon === undefined) throw new Error(`There is no Lucide icon called ${name}.`)
          return [name, shapesOf(icon.body)]
        }),
      )
      return `export default ${JSON.stringify(shapes)}`
    },
  }
}

/**
 * A Vite plugin that writes the service worker with the list of the build's hashed files in it.
 * @param file the worker, with places for the files and the build
 */
function shellWorker(file: string): Plugin {
  return {
    name: 'ringcard:shell-worker',
    apply: 'build',
    generateBundle: {
      // Styles are among the files by then.
      order: 'post',
      handler(_options, bundle) {
        const files = Object.keys(bundle)
          .filter((name) => name.startsWith('assets/') && !name.endsWith('.map'))
          .map((name) => `/${name}`)
          .sort()
        const template = readFileSync(file, 'utf8')
        const build = createHash('sha256').update(files.join()).update(template).digest('hex').slice(0, 12)
        const source = template.replace('__FILES__', JSON.stringify(files)).replace('__BUILD__', build)
        this.emitFile({ type: 'asset', fileName: 'worker.js', source })
      },
    },
  }
}

/** Lucide draws each icon as one group of strokes; the group's own attributes are set by `Icon.vue`. */
function shapesOf(body: string): [string, Record<string, string>][] {
  return [...body.matchAll(/<(path|circle|rect|line|polyline|polygon|ellipse)\b([^>]*?)\/?>/g)].map(
    (shape) => [
      shape[1] ?? '',
      Object.fromEntries(
        [...(shape[2] ?? '').matchAll(/([\w-]+)="([^"]*)"/g)]
          .map((attribute): [string, string] => [attribute[1] ?? '', attribute[2] ?? ''])
          .filter(([name]) => !name.startsWith('stroke') && name !== 'fill'),
      ),
    ],
  )
}
