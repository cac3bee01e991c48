/** What Hearth Supplies sells: to bakers, cafés and caterers. Prices are in cents of EUR for one. */
export interface Article {
  name: string
  price: number
  /** The usual quantities. */
  quantities: readonly number[]
  /** How one of it is counted: `25 kg`, `pieces`; null when it is sold one at a time. */
  unit: string | null
}

export const articles: readonly Article[] = [
  { name: 'Rye flour T130', price: 2_800, quantities: [10, 20, 40], unit: '25 kg' },
  { name: 'Wheat flour 550', price: 1_950, quantities: [20, 40, 80], unit: '25 kg' },
  { name: 'Spelt flour 630', price: 4_150, quantities: [4, 8, 16], unit: '25 kg' },
  { name: 'Durum semolina', price: 3_300, quantities: [4, 10], unit: '25 kg' },
  { name: 'Pizza flour tipo 00', price: 2_400, quantities: [10, 20], unit: '25 kg' },
  { name: 'Fresh yeast', price: 1_150, quantities: [5, 10, 20], unit: '10 × 1 kg' },
  { name: 'Butter 82 %', price: 7_400, quantities: [4, 8, 12], unit: '10 kg' },
  { name: 'Laminating butter sheets', price: 8_900, quantities: [5, 10], unit: '10 kg' },
  { name: 'Dark couverture 70 %', price: 9_600, quantities: [2, 4, 8], unit: '10 kg' },
  { name: 'Marzipan 52 %', price: 6_850, quantities: [1, 2, 4], unit: '12.5 kg' },
  { name: 'Poppy seed, ground', price: 5_200, quantities: [2, 4], unit: '10 kg' },
  { name: 'Sunflower seeds', price: 3_900, quantities: [2, 4, 6], unit: '25 kg' },
  { name: 'Cane sugar', price: 2_700, quantities: [4, 10, 20], unit: '25 kg' },
  { name: 'Baking paper 60 × 40', price: 3_150, quantities: [2, 5, 10], unit: '500 sheets' },
  { name: 'Bread bags, kraft', price: 4_800, quantities: [1, 2, 5], unit: '1,000 pieces' },
  { name: 'Cake boxes 28 cm', price: 3_600, quantities: [2, 4, 8], unit: '100 pieces' },
  { name: 'Proofing baskets, oval 1 kg', price: 1_090, quantities: [10, 20, 40], unit: 'pieces' },
  { name: 'Espresso beans, house roast', price: 1_890, quantities: [6, 12, 24], unit: '1 kg' },
  { name: 'Paper cups 250 ml', price: 5_400, quantities: [1, 2, 4], unit: '1,000 pieces' },
  { name: 'Spiral mixer SM 40', price: 389_000, quantities: [1], unit: null },
  { name: 'Deck oven DO 3', price: 1_245_000, quantities: [1], unit: null },
  { name: 'Proofing cabinet PC 18', price: 298_000, quantities: [1], unit: null },
  { name: 'Dough sheeter DS 500', price: 412_000, quantities: [1], unit: null },
  { name: 'Chafing dish set, 9 l', price: 12_900, quantities: [2, 4, 6], unit: 'pieces' },
  { name: 'Dough mixer service, yearly', price: 39_000, quantities: [1], unit: null },
  { name: 'Oven maintenance visit', price: 24_500, quantities: [1], unit: null },
]

export const positions: readonly string[] = [
  'owner',
  'head baker',
  'purchasing',
  'office manager',
  'pastry chef',
  'manager',
  'accounts',
  'head chef',
]

/** People of Hearth Supplies who appear in the history of customers. */
export const colleagues: readonly string[] = [
  'Nina Albers',
  'Dmytro Savchuk',
  'Lev Orlov',
  'Marta Zielińska',
  'Jonas Petersen',
  'Aylin Demir',
]

export const tags: readonly string[] = [
  'organic',
  'gluten-free range',
  'early delivery',
  'two shops',
  'seasonal',
  'chain',
  'new shop',
  'event catering',
  'wholesale',
  'loyal',
]

/** What a customer may like or not; each list is of one subject. */
export const preferences: readonly { label: string; values: readonly string[] }[] = [
  {
    label: 'Prefers',
    values: ['Phone, before 10:00', 'E-mail', 'Phone, after 14:00', 'A message first, then a call', 'SMS'],
  },
  {
    label: 'Delivery',
    values: [
      'Back door, ring twice',
      'Before 6:00, key in the box',
      'Tuesdays and Fridays only',
      'Ramp 2, no lorry over 7.5 t',
      'To the cellar, two people needed',
      'After 11:00, not on market days',
    ],
  },
  {
    label: 'Do not',
    values: [
      'Offer white flour again (refused three times)',
      'Call during lunch, 12 to 14',
      'Send paper catalogues',
      'Substitute articles without asking',
      'Leave pallets on the pavement',
    ],
  },
  {
    label: 'Orders',
    values: ['Mondays, by phone', 'By e-mail, a week before', 'On Thursday evenings', 'Twice a month'],
  },
]
