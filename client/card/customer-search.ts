import { computed, onScopeDispose, ref, watch, type Ref } from 'vue'
import { mostHits, type SearchHit } from '../../shared/customers.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useTexts } from '../locales/i18n.ts'
import { thisMinute } from '../ui/clock.ts'
import { distance } from '../ui/format.ts'

const typingPauseMs = 150
/** How many are asked for at once. */
const step = 50
const fewest = 2

/**
 * Looks for customers while somebody types. Belongs to the component that calls it.
 * @param typed trimmed; fewer than two characters find nobody
 * @param may whether to look at all
 */
export function useCustomerSearch(typed: Readonly<Ref<string>>, may: () => boolean) {
  const hits = ref<SearchHit[] | null>(null)
  const hasMore = ref(false)
  const failure = ref<ApiErrorCode | null>(null)
  const limit = ref(step)
  let timer: number | undefined
  let asked = 0

  async function search(): Promise<void> {
    const mine = ++asked
    failure.value = null
    if (typed.value.length < fewest || !may()) {
      hits.value = null
      return
    }
    try {
      const found = await callApi('customers.search', {
        query: { q: typed.value, limit: String(limit.value) },
      })
      if (mine !== asked) return
      hits.value = found.hits
      hasMore.value = found.more
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (mine === asked) failure.value = error.code
    }
  }

  watch(typed, () => {
    limit.value = step
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void search(), typingPauseMs)
  })
  onScopeDispose(() => {
    asked += 1
    window.clearTimeout(timer)
  })

  return {
    /** Null while nobody was looked for. */
    hits,
    hasMore,
    /** Whether more can be asked for. */
    mayAskMore: computed(() => hasMore.value && (hits.value?.length ?? 0) < mostHits),
    failure,
    search,
    searchMore: (): void => {
      limit.value = Math.min(limit.value + step, mostHits)
      void search()
    },
  }
}

/** What tells people of one name apart: their tier, and when we last talked. */
export function useHitWords() {
  const { t, locale } = useTexts()
  return ({ tier, lastContactAt }: SearchHit): string =>
    [
      tier === 'standard' ? null : t(`card.tiers.${tier}`),
      lastContactAt === null
        ? t('who.neverTalked')
        : t('who.lastContact', { when: distance(lastContactAt, thisMinute.value, locale.value) }),
    ]
      .filter(Boolean)
      .join(' · ')
}
