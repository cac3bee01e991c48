import './ui/zod-config.ts'
import './style.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { firstLocale, i18n, setLocale } from './locales/i18n.ts'
import { makeRouter } from './router.ts'
import { restoreSession } from './session/restore.ts'
import { useSession } from './session/session.ts'
import { keepShell } from './shell/register.ts'
import { startClock } from './ui/clock.ts'
import { prepareFormats } from './ui/format.ts'
import { followTheme } from './ui/theme.ts'

followTheme()
keepShell()
startClock()
await setLocale(firstLocale())

const app = createApp(App).use(createPinia()).use(i18n)
const session = useSession()
await restoreSession(session.restore, '#app')
app.use(makeRouter(session)).mount('#app')
// After the first screen stands.
window.setTimeout(() => prepareFormats(i18n.global.locale.value), 1_000)
