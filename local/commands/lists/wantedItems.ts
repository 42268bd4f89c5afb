import type { Condition } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { attributeNames } from '@trainyard/shared/spec/outputs/attributeNames';
import { itemWhere, type ItemColumn } from './itemWhere.js';
import type { OpenedPlace } from './openPlace.js';

/** Whether an item meets all conditions, as the option `where` of the recommender; undefined without any. Throws `UserError`. */
export async function wantedItems(
  place: OpenedPlace,
  conditions: readonly Condition[],
): Promise<((item: string) => boolean) | undefined> {
  if (conditions.length === 0) return undefined;
  const { items } = place.model;
  const meets = itemWhere(conditions, await columnsOf(place));
  const wanted = new Set(items.filter((_, i) => meets(i)));
  if (wanted.size > 0) return (item) => wanted.has(item);
  throw new UserError(
    'wrong-arguments',
    `none of the ${items.length} items meets --where, so that the list would be empty: loosen the conditions, or leave them out`,
  );
}

/** By the names that they have in `items.parquet`. */
async function columnsOf({ model, itemIdType, values }: OpenedPlace): Promise<Map<string, ItemColumn>> {
  const { items } = model;
  const known = await values('items');
  const own = ['id', 'index', 'train_count', ...(model.type === 'ranking' ? [] : ['vector'])];
  const attributes = known?.columns ?? [];
  const names = attributeNames(
    own,
    attributes.map(({ name }) => name),
  );
  return new Map<string, ItemColumn>([
    ['id', { type: itemIdType, textAt: (place) => items[place] ?? null }],
    ['index', { type: 'INTEGER', textAt: String }],
    ...attributes.map(({ name, type }, i): [string, ItemColumn] => [
      names[i] ?? name,
      { type, textAt: known?.column(name) ?? (() => null) },
    ]),
  ]);
}
