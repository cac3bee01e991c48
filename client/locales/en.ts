import { controlEn } from '../control/en.ts'
import { articlesEn } from '../articles/en.ts'
import { guideEn } from '../guide/en.ts'
import { appEn } from './en/app.ts'
import { cardEn } from './en/card.ts'
import { deskEn } from './en/desk.ts'
import { floorEn } from './en/floor.ts'
import type { floorRoomEn } from './en/floor-room.ts'
import { phoneEn } from '../phone/en.ts'
import type { paletteEn } from '../palette/en.ts'
import { paletteFirst } from '../palette/first.ts'
import { problemsEn } from './en/problems.ts'
import { resultsEn } from '../results/en.ts'
import { shownEn } from './en/shown.ts'
import { statusEn } from './en/status.ts'
import { whyFirst } from './en/why-first.ts'
import type { whyEn } from './en/why.ts'
import { tasksEn } from '../tasks/en.ts'
import type { Texts } from './shape.ts'

export type { Texts, Underscored } from './shape.ts'

/** All English texts of the first load; each area has a file of its own. */
export const en = {
  ...appEn,
  ...deskEn,
  ...cardEn,
  ...floorEn,
  ...statusEn,
  ...problemsEn,
  control: controlEn,
  articles: articlesEn,
  guide: guideEn,
  phone: phoneEn,
  results: resultsEn,
  shown: shownEn,
  tasks: tasksEn,
  palette: paletteFirst,
  why: whyFirst,
}

/** The shape every language must fill. */
export type Messages = Texts<typeof en & typeof whyEn & typeof floorRoomEn & { palette: typeof paletteEn }>
