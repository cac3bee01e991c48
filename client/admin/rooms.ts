import type { RouteComponent, RouteRecordRaw } from 'vue-router'
import type { Right } from '../../shared/people.ts'
import type { IconName } from '../ui/icon-names.ts'
import type { AdminKey } from './texts.ts'

/** One room of the administration: where it is, how the menu shows it, and who may enter. */
interface AdminRoom {
  name: string
  /** After `/admin/`; `:open?` is the one thing that is open beside a list. */
  path: string
  icon: IconName
  label: AdminKey
  right: Right
  page: () => Promise<RouteComponent>
}

/** The rooms in the order of the menu. The first that a person may enter is where they begin. */
export const adminRooms: readonly AdminRoom[] = [
  {
    name: 'adminPeople',
    path: 'people/:open?',
    icon: 'users',
    label: 'rooms.people',
    right: 'people.manage',
    page: () => import('./people/PeoplePage.vue'),
  },
  {
    name: 'adminRoles',
    path: 'roles',
    icon: 'scale',
    label: 'rooms.roles',
    right: 'people.manage',
    page: () => import('./roles/RolesPage.vue'),
  },
  {
    name: 'adminDesks',
    path: 'desks/:open?',
    icon: 'phone',
    label: 'rooms.desks',
    right: 'settings.manage',
    page: () => import('./desks/DesksPage.vue'),
  },
  {
    name: 'adminNumbers',
    path: 'numbers/:open?',
    icon: 'hash',
    label: 'rooms.numbers',
    right: 'settings.manage',
    page: () => import('./numbers/NumbersPage.vue'),
  },
  {
    name: 'adminHours',
    path: 'hours/:open?',
    icon: 'calendar-days',
    label: 'rooms.hours',
    right: 'settings.manage',
    page: () => import('./hours/HoursPage.vue'),
  },
  {
    name: 'adminStatus',
    path: 'status',
    icon: 'headset',
    label: 'rooms.status',
    right: 'settings.manage',
    page: () => import('./status/StatusRulesPage.vue'),
  },
  {
    name: 'adminGuides',
    path: 'guides/:open?',
    icon: 'message-square',
    label: 'rooms.guides',
    right: 'guides.write',
    page: () => import('./guides/GuidesPage.vue'),
  },
  {
    name: 'adminArticles',
    path: 'articles/:open?',
    icon: 'book-open',
    label: 'rooms.articles',
    right: 'guides.write',
    page: () => import('./articles/ArticlesPage.vue'),
  },
  {
    name: 'adminPhoneBook',
    path: 'phone-book/:open?',
    icon: 'phone',
    label: 'rooms.phoneBook',
    right: 'phonebook.write',
    page: () => import('./phone-book/PhoneBookPage.vue'),
  },
  {
    name: 'adminDoNotCall',
    path: 'do-not-call/:open?',
    icon: 'phone-off',
    label: 'rooms.doNotCall',
    right: 'tasks.manage',
    page: () => import('./do-not-call/DoNotCallPage.vue'),
  },
  {
    name: 'adminPbx',
    path: 'pbx',
    icon: 'plug-zap',
    label: 'rooms.pbx',
    right: 'health.read',
    page: () => import('./pbx/PbxPage.vue'),
  },
  {
    name: 'adminVerification',
    path: 'verification',
    icon: 'shield-check',
    label: 'rooms.verification',
    right: 'people.manage',
    page: () => import('./verification/VerificationPage.vue'),
  },
  {
    name: 'adminDispositions',
    path: 'results',
    icon: 'list-checks',
    label: 'rooms.dispositions',
    right: 'dispositions.manage',
    page: () => import('./dispositions/DispositionsPage.vue'),
  },
  {
    name: 'adminAudit',
    path: 'changes',
    icon: 'clock',
    label: 'rooms.audit',
    right: 'people.manage',
    page: () => import('./audit/AuditPage.vue'),
  },
]

/** The rooms of the administration that somebody with these rights may enter. */
export function roomsFor(rights: ReadonlySet<Right>): AdminRoom[] {
  return adminRooms.filter(({ right }) => rights.has(right))
}

/** The administration as a part of the console's routes. */
export const adminRoute: RouteRecordRaw = {
  path: '/admin',
  name: 'admin',
  component: () => import('./AdminPage.vue'),
  children: adminRooms.map(({ name, path, page }) => ({ name, path, component: page, props: true })),
}
