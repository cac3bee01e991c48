import { i18n } from '../locales/i18n.ts'
import { paletteEn } from './en.ts'

// Loaded with the palette alone: nobody's first card waits for these texts. Those in Russian come with that language.
i18n.global.mergeLocaleMessage('en', { palette: paletteEn })
