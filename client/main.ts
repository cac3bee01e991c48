import './ui/zod-config.ts'
import './style.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './locales/i18n.ts'
import { makeRouter } from './router.ts'
import { useSession } from './session/session.ts'
import { startClock } from './ui/clock.ts'
import { followTheme } from './ui/theme.ts'

followTheme()
startClock()
document.documentElement.lang = i18n.global.locale.value

const app = createApp(App).use(createPinia()).use(i18n)
const session = useSession()
// A server that cannot be asked now is no reason to show nothing: the sign-in page says what is wrong.
await session.restore().catch(() => null)
app.use(makeRouter(session)).mount('#app')
