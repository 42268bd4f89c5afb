import type { Catalogue } from './catalogue.js';
import { STYLES } from './catalogue.js';
import type { SampleOptions } from './options.js';
import { Random } from './random.js';
import { WeightedChoice } from './weightedChoice.js';

/** Subcategories that a customer likes, from two categories. */
export const PREFERRED = 6;
/** Products that a customer buys again and again. */
export const FAVOURITES = 6;
/** Share of the draws within a subcategory that stay with the customer's style. */
const STYLE_LOYALTY = 0.65;
/** How much busier an active customer is than a quiet one: the deviation of the log of the purchases. */
const ACTIVITY_SPREAD = 0.8;

/** What is planted in each customer. All arrays are [customers, …] row-major. */
export interface Customers {
  count: number;
  cityOf: Int32Array;
  styleOf: Uint8Array;
  /** [customers, PREFERRED] subcategories, the dearest first. */
  preferred: Int32Array;
  /** [customers, FAVOURITES] products, the dearest first. */
  favourites: Int32Array;
  /** [customers] share of the purchases that are favourites. */
  repeatShare: Float32Array;
  byActivity: WeightedChoice;
  /** By city: how its people choose categories. */
  categoriesOfCity: readonly WeightedChoice[];
}

export function makeCustomers(sample: SampleOptions, catalogue: Catalogue): Customers {
  const random = new Random(sample.seed, 'customers');
  const categoriesOfCity = Array.from(
    { length: sample.cities },
    () => new WeightedChoice(catalogue.categories.map(() => Math.exp(0.9 * random.normal()))),
  );
  const cities = new WeightedChoice(Array.from({ length: sample.cities }, (_, city) => 1 / (city + 2)));
  const count = sample.customers;
  const customers: Customers = {
    count,
    cityOf: new Int32Array(count),
    styleOf: new Uint8Array(count),
    preferred: new Int32Array(count * PREFERRED),
    favourites: new Int32Array(count * FAVOURITES),
    repeatShare: new Float32Array(count),
    byActivity: new WeightedChoice(
      Float64Array.from({ length: count }, () => Math.exp(ACTIVITY_SPREAD * random.normal())),
    ),
    categoriesOfCity,
  };
  for (let customer = 0; customer < count; customer += 1) {
    const city = cities.draw(random);
    customers.cityOf[customer] = city;
    customers.styleOf[customer] = random.below(STYLES);
    customers.repeatShare[customer] = 0.1 + 0.2 * random.float();
    prefer(customers, customer, catalogue, random);
    for (let i = 0; i < FAVOURITES; i += 1) {
      const liked = customers.preferred[customer * PREFERRED + random.below(PREFERRED)] ?? 0;
      customers.favourites[customer * FAVOURITES + i] = chooseProduct(
        catalogue,
        liked,
        customers.styleOf[customer] ?? 0,
        random,
      );
    }
  }
  return customers;
}

/** Two categories, drawn as the city does, and half of the preferred subcategories from each. */
function prefer(customers: Customers, customer: number, catalogue: Catalogue, random: Random): void {
  const choice = customers.categoriesOfCity[customers.cityOf[customer] ?? 0];
  if (!choice) return;
  const first = choice.draw(random);
  const second = choice.draw(random);
  for (let i = 0; i < PREFERRED; i += 1) {
    const shelf = catalogue.categories[i % 2 === 0 ? first : second]?.subcategories ?? [];
    customers.preferred[customer * PREFERRED + i] = shelf[random.below(shelf.length)] ?? 0;
  }
}

/** A product of the subcategory: mostly of the style, always by popularity. */
export function chooseProduct(
  catalogue: Catalogue,
  subcategory: number,
  style: number,
  random: Random,
): number {
  const shelf = catalogue.subcategories[subcategory];
  if (!shelf) return 0;
  const own = random.float() < STYLE_LOYALTY ? shelf.byStyle[style] : undefined;
  return own
    ? (own.products[own.choice.draw(random)] ?? 0)
    : (shelf.products[shelf.byPopularity.draw(random)] ?? 0);
}
