/** The options of a request, checked before anything is computed. */
import type { FeatureValues } from '../encode/value.js';
import { RecommenderError } from '../error.js';
import type { AttributeColumn } from './attributes.js';
import type { Catalogue } from './catalogue.js';
import { checkKeys, isObject, kindOf } from './checkKeys.js';
import type { ItemId, RecommendOptions, SimilarOptions } from './model.js';
import { withoutSeen, type SeenBy } from './seen.js';
import type { KnownUsers } from './users.js';
import { testOf, type ItemTest } from './where.js';

/** What requests are answered from, besides scores. */
export interface Shelf {
  catalogue: Catalogue;
  columns: readonly AttributeColumn[];
  users: KnownUsers;
  seenBy: SeenBy | undefined;
}

export interface Wishes {
  k: number;
  /** What of the catalogue a query may be given; undefined for all of it. */
  wantedBy(this: void, query: FeatureValues): ItemTest | undefined;
}

export function recommendWishes(shelf: Shelf, options: RecommendOptions): Wishes & { explain: boolean } {
  checkKeys('bad-option', 'the options', options, ['k', 'exclude', 'where', 'explain']);
  const { k = 10, exclude = [], where, explain = false } = options;
  checkK(k);
  checkFlag('explain', explain);
  if (explain && !shelf.seenBy) throw withoutSeen('explain');
  const { seen: leavesSeen, items } = excludedBy(exclude);
  const own = leavesSeen ? shelf.seenBy : undefined;
  if (leavesSeen && !own) throw withoutSeen("exclude: 'seen'");
  const { size } = shelf.catalogue;
  const excluded = excludedOf(shelf.catalogue, items);
  const test = testOf(where, shelf.catalogue.idAt, shelf.columns);
  return {
    k,
    explain,
    wantedBy: (query) => without(own ? joined(size, excluded, own(query)) : excluded, test),
  };
}

/** Of items like the one at `index`, or like one that is not in the catalogue, -1. */
export function similarWishes(shelf: Shelf, options: SimilarOptions, index: number) {
  checkKeys('bad-option', 'the options', options, ['k', 'exclude', 'where']);
  const { k = 10, exclude = [], where } = options;
  checkK(k);
  const { size } = shelf.catalogue;
  const excluded = excludedOf(shelf.catalogue, idsOf('exclude of similar', exclude));
  const test = testOf(where, shelf.catalogue.idAt, shelf.columns);
  return { k, isWanted: without(joined(size, excluded, index < 0 ? [] : [index]), test) };
}

function checkK(k: unknown): void {
  if (Number.isSafeInteger(k) && Number(k) >= 1) return;
  throw new RecommenderError(
    'bad-option',
    `k is ${typeof k === 'number' ? k : kindOf(k)}`,
    'give a whole number from 1 on',
  );
}

function checkFlag(name: string, value: unknown): void {
  if (typeof value === 'boolean') return;
  throw new RecommenderError('bad-option', `${name} is ${kindOf(value)}`, 'give true or false');
}

function excludedBy(exclude: NonNullable<RecommendOptions['exclude']>) {
  if (exclude === 'seen') return { seen: true, items: [] };
  if (!isObject(exclude)) return { seen: false, items: idsOf('exclude', exclude) };
  checkKeys('bad-option', 'exclude', exclude, ['seen', 'items']);
  const { seen = false, items = [] } = exclude as { seen?: boolean; items?: Iterable<ItemId> };
  checkFlag('seen of exclude', seen);
  return { seen, items: idsOf('items of exclude', items) };
}

/** The characters of a text would be taken for ids. */
function idsOf(name: string, ids: unknown): Iterable<ItemId> {
  if (typeof ids !== 'string' && Symbol.iterator in Object(ids)) return ids as Iterable<ItemId>;
  throw new RecommenderError(
    'bad-option',
    `${name} is ${kindOf(ids)}`,
    name === 'exclude' ? "give a list or set of ids, or 'seen'" : 'give a list or set of ids',
  );
}

/** Items of the catalogue that are left out, a bit each; undefined for none. */
type Excluded = Uint32Array | undefined;

function excludedOf({ indexOf, size }: Catalogue, ids: Iterable<ItemId>): Excluded {
  return joined(size, undefined, Array.from(ids, indexOf));
}

/** Those excluded and more; a place below 0 is of no item. A request of many users makes one for each, and asks it about each item that would be among the best. */
function joined(size: number, excluded: Excluded, more: ArrayLike<number>): Excluded {
  if (more.length === 0) return excluded;
  const all = excluded ? excluded.slice() : new Uint32Array((size + 31) >>> 5);
  for (let i = 0; i < more.length; i++) {
    const place = more[i]!;
    if (place >= 0) all[place >>> 5]! |= 1 << (place & 31);
  }
  return all;
}

function without(excluded: Excluded, test: ItemTest | undefined): ItemTest | undefined {
  if (!excluded) return test;
  const isLeft = (index: number) => ((excluded[index >>> 5]! >>> (index & 31)) & 1) === 0;
  return test ? (index) => isLeft(index) && test(index) : isLeft;
}
