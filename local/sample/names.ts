/** The shop's words: 24 categories with 125 subcategories, 3 cities. Larger catalogues number what comes after. */
const SHELVES: readonly (readonly [category: string, subcategories: readonly string[]])[] = [
  ['Coffee and Tea', ['Espresso', 'Filter Coffee', 'Green Tea', 'Black Tea', 'Herbal Tea', 'Cocoa']],
  ['Bakery', ['Bread', 'Rolls', 'Croissants', 'Cakes', 'Biscuits', 'Crispbread']],
  ['Dairy', ['Milk', 'Yoghurt', 'Butter', 'Hard Cheese', 'Soft Cheese', 'Cream']],
  ['Fruit', ['Apples', 'Citrus', 'Berries', 'Stone Fruit', 'Tropical Fruit', 'Grapes']],
  ['Vegetables', ['Salads', 'Roots', 'Cabbages', 'Tomatoes', 'Mushrooms', 'Herbs']],
  ['Meat', ['Beef', 'Pork', 'Poultry', 'Sausages', 'Ham']],
  ['Fish', ['Fresh Fish', 'Smoked Fish', 'Shellfish', 'Tinned Fish', 'Fish Fingers']],
  ['Frozen', ['Frozen Pizza', 'Frozen Vegetables', 'Ice Cream', 'Ready Meals', 'Frozen Pastry']],
  ['Pasta and Rice', ['Spaghetti', 'Short Pasta', 'Noodles', 'Rice', 'Couscous']],
  ['Sauces', ['Tomato Sauce', 'Pesto', 'Mustard', 'Vinegar', 'Oil']],
  ['Sweets', ['Chocolate', 'Gummies', 'Pralines', 'Nougat', 'Liquorice']],
  ['Snacks', ['Crisps', 'Nuts', 'Crackers', 'Popcorn', 'Dried Fruit']],
  ['Drinks', ['Water', 'Juice', 'Lemonade', 'Cola', 'Syrup']],
  ['Wine and Beer', ['Red Wine', 'White Wine', 'Sparkling Wine', 'Lager', 'Ale']],
  ['Baby', ['Nappies', 'Baby Food', 'Baby Care', 'Bottles', 'Baby Clothes']],
  ['Pets', ['Cat Food', 'Dog Food', 'Litter', 'Pet Toys', 'Bird Seed']],
  ['Household', ['Detergents', 'Dish Care', 'Paper Goods', 'Bin Bags', 'Light Bulbs']],
  ['Body Care', ['Shampoo', 'Soap', 'Toothpaste', 'Deodorant', 'Shaving']],
  ['Beauty', ['Face Cream', 'Make-up', 'Perfume', 'Nail Care', 'Sun Care']],
  ['Health', ['Vitamins', 'Plasters', 'Sports Nutrition', 'Tea Remedies', 'Lenses']],
  ['Kitchen', ['Pans', 'Knives', 'Baking Tins', 'Storage Boxes', 'Glasses']],
  ['Home', ['Candles', 'Cushions', 'Bed Linen', 'Towels', 'Picture Frames']],
  ['Garden', ['Seeds', 'Pots', 'Soil', 'Garden Tools', 'Barbecue']],
  ['Stationery', ['Notebooks', 'Pens', 'Gift Wrap', 'Calendars', 'Craft Paper']],
];
const CITIES = ['Vienna', 'Berlin', 'Zurich'];
const QUALITIES = ['Classic', 'Organic', 'Fine', 'Country', 'Family', 'Premium', 'Daily', 'Little', 'Golden'];

/** The plain word while there is one, then numbered: `Soap 2`. */
function numbered(words: readonly string[], index: number): string {
  const round = Math.floor(index / words.length);
  const word = words[index % words.length] ?? 'Other';
  return round === 0 ? word : `${word} ${round + 1}`;
}

export function categoryName(category: number): string {
  return numbered(
    SHELVES.map(([name]) => name),
    category,
  );
}

/** The `index`-th subcategory of `category`: no other one has its name. */
export function subcategoryName(category: number, index: number): string {
  const [, names] = SHELVES[category % SHELVES.length] ?? ['Other', ['Other']];
  const name = numbered(names, index);
  return category < SHELVES.length ? name : `${name} (${categoryName(category)})`;
}

/** How many subcategories the `category`-th category has words for. */
export function subcategoryWords(category: number): number {
  return SHELVES[category % SHELVES.length]?.[1].length ?? 1;
}

export function cityName(city: number): string {
  return numbered(CITIES, city);
}

export function productName(subcategory: string, index: number): string {
  return `${QUALITIES[index % QUALITIES.length] ?? 'Classic'} ${subcategory} No. ${index + 1}`;
}
