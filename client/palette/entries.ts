import { computed, type ComputedRef } from 'vue'
import { useAdminEntries } from '../admin/palette.ts'
import { useArticleEntries } from '../articles/palette.ts'
import { useCardEntries } from '../card/palette.ts'
import { useControlEntries } from '../control/palette.ts'
import { useStatusEntries } from '../status/palette.ts'
import { useFrameEntries } from '../ui/palette.ts'
import type { PaletteEntry } from './entry.ts'

/** Every room that offers something in the palette. */
const rooms: readonly (() => () => readonly PaletteEntry[])[] = [
  useControlEntries,
  useCardEntries,
  useArticleEntries,
  useStatusEntries,
  useFrameEntries,
  useAdminEntries,
]

/** All that can be done from the palette now. Belongs to the component that calls it. */
export function usePaletteEntries(): ComputedRef<PaletteEntry[]> {
  const offered = rooms.map((useEntries) => useEntries())
  return computed(() => offered.flatMap((entries) => entries()))
}
