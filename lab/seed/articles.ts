import type { Article } from '../../shared/articles.ts'

/** What the agents of the lab's company can look up. */
export const labArticles: Readonly<Record<string, Article>> = {
  'damaged-goods': {
    title: 'Damaged goods: what to do on the phone',
    text: `Ask for the **delivery number** and the batch on the bag.

1. Is the kitchen standing still? Then send a replacement the same day.
2. Photo of the damage to returns@hearth.example.
3. Up to 200 € you decide: replacement or credit note. Above that the shift leader does.

> Never promise a date that the warehouse has not confirmed.`,
    tags: ['returns', 'delivery'],
    pins: ['queue:support'],
  },
  'delivery-times': {
    title: 'Delivery times and cut-off',
    text: `| ordered until | comes |
| --- | --- |
| 11:00 | next working day |
| 16:00 | the day after |

Before 6:00 only where a key is with the driver.`,
    tags: ['delivery', 'order'],
    pins: ['everybody'],
  },
  'price-list': {
    title: 'Price list and discounts',
    text: `- From 500 kg a month: 4 %
- From 2 t a month: 7 %, and the shift leader must know

Prices are valid for *fourteen days*. The list is in the [handbook](https://handbook.example/prices).`,
    tags: ['sales', 'prices'],
    pins: ['queue:sales'],
  },
  instalments: {
    title: 'Agreeing instalments',
    text: `**Verify first.** Then ask what they can pay, and when.

- Three instalments: you agree them.
- More than three, or more than 5,000 €: collections lead.

Say the plan back, and note it as the result.`,
    tags: ['collections', 'payment'],
    pins: ['queue:collections'],
  },
  'rassrochka-ru': {
    title: 'Как договориться о рассрочке',
    text: `**Сначала проверьте, с кем говорите.** Потом спросите, сколько и когда клиент может платить.

- До трёх платежей — договаривайтесь сами.
- Больше трёх или больше 5 000 € — решает руководитель взыскания.

Повторите план вслух и внесите его в итог.`,
    tags: ['взыскание', 'оплата'],
    pins: ['queue:collections'],
  },
  'brak-ru': {
    title: 'Повреждённый товар: что делать по телефону',
    text: `Спросите **номер доставки** и партию на мешке.

1. Стоит ли кухня? Тогда замена в тот же день.
2. Фотографию повреждения — на returns@hearth.example.
3. До 200 € решаете вы: замена или возврат.`,
    tags: ['возврат', 'доставка'],
    pins: ['queue:support'],
  },
}
