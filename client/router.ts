import { watch } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type Router } from 'vue-router'
import { adminRoute, adminRooms, roomsFor } from './admin/rooms.ts'
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
      {
        path: '/calls/:callId/why',
        name: 'why',
        component: () => import('./why/WhyPage.vue'),
        props: true,
      },
      { path: '/why', name: 'noCall', component: () => import('./why/NoCallPage.vue') },
      { path: '/floor', name: 'floor', component: () => import('./floor/FloorPage.vue') },
      {
        path: '/day/:personId?',
        name: 'day',
        component: () => import('./day/DayPage.vue'),
        props: ({ params, query }) => ({ ...params, ...query }),
      },
      adminRoute,
      { path: '/:any(.*)*', name: 'nowhere', component: () => import('./ui/NowherePage.vue') },
    ],
  })
  /** Where somebody begins: at their desk, or without one on the floor if that is theirs to watch. */
  const home = (): { name: string } => {
    const watches = session.rights.has('floor.watch') && session.me?.extension == null
    const [room] = session.rights.has('desk.use') ? [] : roomsFor(session.rights)
    return { name: watches ? 'floor' : (room?.name ?? 'desk') }
  }
  const wayTo = (to: Pick<RouteLocationNormalized, 'name'>): true | { name: string } => {
    if (session.me === null) return to.name === 'signIn' ? true : { name: 'signIn' }
    if (to.name === 'signIn') return home()
    if (to.name === 'desk' && !session.rights.has('desk.use') && home().name !== 'desk') return home()
    if (to.name === 'admin') return { name: roomsFor(session.rights)[0]?.name ?? home().name }
    const room = adminRooms.find(({ name }) => name === to.name)
    if (room !== undefined && !session.rights.has(room.right)) return home()
    if (to.name === 'floor' && !session.rights.has('floor.watch')) return { name: 'desk' }
    const hasDays = session.rights.has('history.own') || session.rights.has('history.all')
    return to.name === 'day' && !hasDays ? home() : true
  }
  router.beforeEach(wayTo)
  // Signing in or out leads on, and a right that is taken away closes the room that it had opened. Whoever takes the place
  // of another begins in a room of their own.
  watch(
    () => session.me,
    (me, before) => {
      const isOther = me !== null && before !== null && me.personId !== before.personId
      const way = isOther ? home() : wayTo(router.currentRoute.value)
      if (way !== true) void router.replace(way)
    },
  )
  return router
}
