const russianForms = new Intl.PluralRules('ru')

/** Which of a Russian message's forms `один | два–четыре | много` a number takes. */
export function russianForm(count: number): number {
  const category = russianForms.select(count)
  return category === 'one' ? 0 : category === 'few' ? 1 : 2
}
