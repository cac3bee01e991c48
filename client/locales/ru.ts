import { controlRu } from '../control/ru.ts'
import { articlesRu } from '../articles/ru.ts'
import { guideRu } from '../guide/ru.ts'
import type { Messages } from './en.ts'
import { appRu } from './ru/app.ts'
import { cardRu } from './ru/card.ts'
import { deskRu } from './ru/desk.ts'
import { floorRu } from './ru/floor.ts'
import { phoneRu } from '../phone/ru.ts'
import { paletteRu } from '../palette/ru.ts'
import { problemsRu } from './ru/problems.ts'
import { resultsRu } from '../results/ru.ts'
import { shownRu } from './ru/shown.ts'
import { statusRu } from './ru/status.ts'
import { tasksRu } from '../tasks/ru.ts'
import { whyRu } from './ru/why.ts'

/** The same in Russian. */
export const ru: Messages = {
  ...appRu,
  ...deskRu,
  ...cardRu,
  ...floorRu,
  ...statusRu,
  ...whyRu,
  ...problemsRu,
  control: controlRu,
  articles: articlesRu,
  guide: guideRu,
  palette: paletteRu,
  phone: phoneRu,
  results: resultsRu,
  shown: shownRu,
  tasks: tasksRu,
}
