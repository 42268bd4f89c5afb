/**
 * Sample purchases with a planted structure, so that a model which learns beats the popular products, and one which
 * does not is found out.
 *
 * - Products stand in subcategories of categories. Each has a style, and a Zipf share of its subcategory's sales.
 * - A city has its own taste for categories. A customer lives in a city, has a style, likes six subcategories from two
 *   categories drawn as the city does, and has six favourite products among them.
 * - A purchase (in the order of time over a year; busy customers buy more) is a favourite with the customer's own repeat
 *   share, 10 to 30 %; else from a liked subcategory, mostly in the customer's style; one in five of these is
 *   anything that the city buys.
 * - Time: each category has a season, when it sells up to 40 % more, and each customer's order of liking turns round
 *   slowly over the year.
 *
 * Own history knows the favourites only; the model can also know what else people of the same taste buy.
 */
import { type Catalogue, makeCatalogue, STYLES } from './catalogue.js';
import { chooseProduct, type Customers, FAVOURITES, makeCustomers, PREFERRED } from './customers.js';
import type { SampleOptions } from './options.js';
import { Random } from './random.js';
import { WeightedChoice, zipf } from './weightedChoice.js';

/** Share of the purchases that follow no taste but the city's. */
const WANDERING = 0.2;
const SEASON = 0.4;
/** 2025-01-01, seconds. */
const FIRST_SECOND = 1_735_689_600;
const SECONDS = 365 * 86_400;

export interface Purchase {
  /** Positions in `Customers` and `Catalogue`. */
  customer: number;
  product: number;
  /** What was paid: whole units of the product at about its price. */
  revenue: number;
  /** Unix time, seconds, not falling from row to row. */
  timestamp: number;
}

export interface Sample {
  catalogue: Catalogue;
  customers: Customers;
  /** Yields one object, changed in place for every row: copy what is kept. */
  purchases: () => Generator<Purchase>;
}

export function makeSample(options: SampleOptions): Sample {
  const catalogue = makeCatalogue(options);
  const customers = makeCustomers(options, catalogue);
  return { catalogue, customers, purchases: () => purchases(options, catalogue, customers) };
}

function* purchases(options: SampleOptions, catalogue: Catalogue, customers: Customers): Generator<Purchase> {
  const random = new Random(options.seed, 'purchases');
  const favouriteRank = new WeightedChoice(zipf(FAVOURITES, 0.8));
  const likingRank = new WeightedChoice(zipf(PREFERRED, 0.6));
  const phases = catalogue.categories.map(() => 2 * Math.PI * random.float());
  const purchase: Purchase = { customer: 0, product: 0, revenue: 0, timestamp: 0 };

  /** 1 - SEASON to 1 + SEASON, by the time of the year. */
  const demand = (subcategory: number, year: number) =>
    1 +
    SEASON *
      Math.sin(2 * Math.PI * year + (phases[catalogue.subcategories[subcategory]?.category ?? 0] ?? 0));

  const likedSubcategory = (customer: number, year: number): number => {
    for (let tries = 0; ; tries += 1) {
      const rank = likingRank.draw(random);
      const turned = random.float() < year ? PREFERRED - 1 - rank : rank;
      const subcategory = customers.preferred[customer * PREFERRED + turned] ?? 0;
      if (tries === 4 || random.float() * (1 + SEASON) < demand(subcategory, year)) return subcategory;
    }
  };

  const anySubcategory = (customer: number): number => {
    const category = customers.categoriesOfCity[customers.cityOf[customer] ?? 0]?.draw(random) ?? 0;
    const shelf = catalogue.categories[category]?.subcategories ?? [];
    return shelf[random.below(shelf.length)] ?? 0;
  };

  for (let row = 0; row < options.rows; row += 1) {
    const year = (row + random.float()) / options.rows;
    const customer = customers.byActivity.draw(random);
    const style = customers.styleOf[customer] ?? 0;
    if (random.float() < (customers.repeatShare[customer] ?? 0)) {
      purchase.product = customers.favourites[customer * FAVOURITES + favouriteRank.draw(random)] ?? 0;
    } else if (random.float() < WANDERING) {
      purchase.product = chooseProduct(catalogue, anySubcategory(customer), random.below(STYLES), random);
    } else {
      purchase.product = chooseProduct(catalogue, likedSubcategory(customer, year), style, random);
    }
    const pieces = 1 + Math.floor(-Math.log(1 - random.float()) * 0.6);
    purchase.customer = customer;
    purchase.revenue = (catalogue.prices[purchase.product] ?? 1) * pieces * (0.9 + 0.2 * random.float());
    purchase.timestamp = FIRST_SECOND + Math.floor(year * SECONDS);
    yield purchase;
  }
}
