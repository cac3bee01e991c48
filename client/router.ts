import { watch } from 'vue'
import { createRouter, createWebHistory, type Router } from 'vue-router'
import DeskPage from './desk/DeskPage.vue'
import type { useSession } from './session/session.ts'
import SignInPage from './session/SignInPage.vue'

/**
 * The console's rooms. Without a session every way leads to sign-in; a room that the role may not enter leads to one
 * that it may. (The server decides; this only spares a person an empty page.)
 */
export function makeRouter(session: ReturnType<typeof useSession>): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/sign-in', name: 'signIn', component: SignInPage },
      { path: '/', name: 'desk', component: DeskPage },
      { path: '/customers/:customerId', name: 'customer', component: DeskPage, props: true },
      { path: '/floor', name: 'floor', component: () => import('./floor/FloorPage.vue') },
      { path: '/:any(.*)*', name: 'nowhere', component: () => import('./ui/NowherePage.vue') },
    ],
  })
  /** Where somebody begins: at their desk, or without one on the floor if that is theirs to watch. */
  const home = (): { name: string } => {
    const watches = session.rights.has('floor.watch') && session.me?.extension == null
    return { name: watches ? 'floor' : 'desk' }
  }
  router.beforeEach((to) => {
    if (session.me === null) return to.name === 'signIn' ? true : { name: 'signIn' }
    if (to.name === 'signIn') return home()
    if (to.name === 'desk' && !session.rights.has('desk.use') && session.rights.has('floor.watch')) {
      return { name: 'floor' }
    }
    if (to.name === 'floor' && !session.rights.has('floor.watch')) return { name: 'desk' }
    return true
  })
  watch(
    () => session.me === null,
    (out) => void router.replace(out ? { name: 'signIn' } : home()),
  )
  return router
}
