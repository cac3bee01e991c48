import { floorRoomEn } from '../locales/en/floor-room.ts'
import { i18n } from '../locales/i18n.ts'

// Loaded with the room alone: nobody's first card waits for these texts. Those in Russian come with that language.
i18n.global.mergeLocaleMessage('en', floorRoomEn)
