import { categoryName, productName, subcategoryName, subcategoryWords } from './names.js';
import type { SampleOptions } from './options.js';
import { Random } from './random.js';
import { WeightedChoice, zipf } from './weightedChoice.js';

/** Products come in so many styles; a customer has one. */
export const STYLES = 5;
const POPULARITY_EXPONENT = 0.7;
const FIRST_PRODUCT_ID = 100_001;

interface Subcategory {
  name: string;
  category: number;
  /** Positions of its products in `Catalogue`. */
  products: readonly number[];
  byPopularity: WeightedChoice;
  /** By style: its products of that style, or undefined when it has none. */
  byStyle: readonly ({ products: readonly number[]; choice: WeightedChoice } | undefined)[];
}

export interface Catalogue {
  categories: readonly { name: string; subcategories: readonly number[] }[];
  subcategories: readonly Subcategory[];
  /** [products] each. */
  productIds: Int32Array;
  names: readonly string[];
  subcategoryOf: Int32Array;
  styleOf: Uint8Array;
  /** Usual price, in the currency's unit. */
  prices: Float64Array;
}

/** Products in their subcategories, each with a style, a Zipf share of its subcategory's sales and a price. */
export function makeCatalogue(sample: SampleOptions): Catalogue {
  const random = new Random(sample.seed, 'catalogue');
  const tree = shelve(sample);
  const members: number[][] = tree.map(() => []);
  const subcategoryOf = new Int32Array(sample.products);
  const sizes = new WeightedChoice(tree.map(() => 0.5 + random.float()));
  for (let product = 0; product < sample.products; product += 1) {
    const subcategory = product < tree.length ? product : sizes.draw(random);
    subcategoryOf[product] = subcategory;
    members[subcategory]?.push(product);
  }
  const level = Float64Array.from(tree, () => Math.exp(1.2 + 0.8 * random.normal()));
  const styleOf = new Uint8Array(sample.products);
  const prices = new Float64Array(sample.products);
  const names: string[] = Array.from({ length: sample.products }, () => '');
  const productIds = new Int32Array(sample.products);
  for (let product = 0; product < sample.products; product += 1) {
    const subcategory = subcategoryOf[product] ?? 0;
    styleOf[product] = random.below(STYLES);
    prices[product] = Math.max(0.2, (level[subcategory] ?? 1) * Math.exp(0.4 * random.normal()));
    productIds[product] = FIRST_PRODUCT_ID + product;
  }
  for (const [subcategory, products] of members.entries()) {
    for (const [index, product] of products.entries())
      names[product] = productName(tree[subcategory]?.name ?? '', index);
  }
  return {
    categories: group(tree, sample.categories),
    subcategories: tree.map((shelf, index) => stock(shelf, members[index] ?? [], styleOf)),
    productIds,
    names,
    subcategoryOf,
    styleOf,
    prices,
  };
}

/** Which subcategories there are: every category in turn gets one more while it has words for it, then regardless. */
function shelve(sample: SampleOptions): { name: string; category: number }[] {
  const sizes: number[] = Array.from({ length: sample.categories }, () => 1);
  let left = sample.subcategories - sample.categories;
  let full = 0;
  for (let category = 0; left > 0; category = (category + 1) % sizes.length) {
    const size = sizes[category] ?? 0;
    if (full < sizes.length && size >= subcategoryWords(category)) {
      full += 1;
      continue;
    }
    if (full < sizes.length) full = 0;
    sizes[category] = size + 1;
    left -= 1;
  }
  return sizes.flatMap((size, category) =>
    Array.from({ length: size }, (_, index) => ({ name: subcategoryName(category, index), category })),
  );
}

function group(tree: readonly { category: number }[], categories: number): Catalogue['categories'] {
  const members: number[][] = Array.from({ length: categories }, () => []);
  for (const [subcategory, { category }] of tree.entries()) members[category]?.push(subcategory);
  return members.map((subcategories, category) => ({ name: categoryName(category), subcategories }));
}

function stock(
  shelf: { name: string; category: number },
  products: readonly number[],
  styleOf: Uint8Array,
): Subcategory {
  const shares = zipf(products.length, POPULARITY_EXPONENT);
  const byStyle = Array.from({ length: STYLES }, (_, style) => {
    const positions = products.flatMap((product, index) => (styleOf[product] === style ? [index] : []));
    if (positions.length === 0) return undefined;
    return {
      products: positions.map((position) => products[position] ?? 0),
      choice: new WeightedChoice(positions.map((position) => shares[position] ?? 0)),
    };
  });
  return { ...shelf, products, byPopularity: new WeightedChoice(shares), byStyle };
}
