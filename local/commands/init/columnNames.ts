/** What the names of columns say about their role, in the words that shops, streaming services and data sets use. */

/** The words of a name: `cust_person_id`, `CustomerID` and `customer id` have theirs apart. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '');
}

const WORDS = {
  user: [
    'user',
    'customer',
    'cust',
    'client',
    'visitor',
    'member',
    'account',
    'person',
    'buyer',
    'shopper',
    'viewer',
    'listener',
    'reader',
    'reviewer',
    'subscriber',
    'household',
    'profile',
    'session',
    'uid',
    'userid',
    'customerid',
    'kunde',
    'kunden',
    'utilisateur',
    'usuario',
    'cliente',
  ],
  item: [
    'item',
    'product',
    'prod',
    'sku',
    'article',
    'movie',
    'film',
    'artist',
    'track',
    'song',
    'album',
    'book',
    'asin',
    'isbn',
    'ean',
    'gtin',
    'video',
    'show',
    'offer',
    'content',
    'listing',
    'restaurant',
    'recipe',
    'game',
    'course',
    'stockcode',
    'stock',
    'itemid',
    'productid',
    'iid',
    'artikel',
    'produkt',
    'produit',
    'producto',
  ],
  /** Of a column that may name items where no other does. */
  itemText: ['title', 'description', 'name', 'desc'],
  time: [
    'time',
    'date',
    'timestamp',
    'datetime',
    'ts',
    'at',
    'when',
    'day',
    'created',
    'unixtime',
    'datum',
    'zeit',
    'fecha',
  ],
  quantity: ['quantity', 'qty', 'units', 'amount', 'menge', 'cantidad'],
  rating: ['rating', 'ratings', 'stars', 'score'],
  split: ['split', 'fold', 'set', 'partition', 'subset'],
} as const satisfies Record<string, readonly string[]>;
export type RoleWord = keyof typeof WORDS;

/** How strongly a name says it: 0 not at all, more the earlier in the name the word stands. */
export function saysRole(name: string, role: RoleWord): number {
  const words = wordsOf(name);
  const known: readonly string[] = WORDS[role];
  const at = words.findIndex(
    (word) => known.includes(word) || (word.endsWith('s') && known.includes(word.slice(0, -1))),
  );
  return at < 0 ? 0 : 1 / (1 + at / 4);
}

/** Whether the name ends as those of ids and codes do. */
export function endsAsId(name: string): boolean {
  return /^(id|ids|key|code|sku|asin|isbn|ean|gtin|uuid|guid|uid|iid)$/.test(wordsOf(name).at(-1) ?? '');
}
