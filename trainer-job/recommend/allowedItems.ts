import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { identifier, literal, type Database } from '../data/database.js';
import { conditionSql } from '../data/ingest/conditions.js';
import { typesOf } from '../data/source/openRows.js';
import { asPattern } from '../data/source/reader.js';
import { TrainerError } from '../errors/trainerError.js';
import type { BatchRequest } from './batchRequest.js';

const ITEMS_FILE = 'items.parquet';

/** [items] 1 for each item of the catalogue that meets all conditions on the columns of `items.parquet`; null where there are none. */
export async function allowedItems(
  database: Database,
  folder: string,
  items: readonly string[],
  { where, whereName }: Pick<BatchRequest, 'where' | 'whereName'>,
): Promise<Uint8Array | null> {
  if (where.length === 0) return null;
  const file = join(folder, ITEMS_FILE);
  await stat(file).catch((cause: unknown) => {
    throw new TrainerError(
      'invalid-settings',
      `the folder ${folder} has no ${ITEMS_FILE}, whose columns conditions on items are of`,
      'train the model again, or leave the conditions out',
      { cause },
    );
  });
  const rows = `read_parquet(${literal(asPattern(file))})`;
  const types = await typesOf(database, `SELECT * FROM ${rows}`);
  const holds = where.map((condition) => {
    const type = types.get(condition.column);
    if (type === undefined || condition.column === 'vector') {
      const known = [...types.keys()].filter((name) => name !== 'vector').map((name) => `"${name}"`);
      throw new TrainerError(
        'missing-column',
        `${whereName} names the column "${condition.column}", and items have ${known.join(', ')}`,
        'name one of these columns',
      );
    }
    return `(${conditionSql(condition, identifier(condition.column), type, whereName)})`;
  });
  const allowed = new Uint8Array(items.length);
  await database.scan(`SELECT "index" FROM ${rows} WHERE ${holds.join(' AND ')}`, ([places = []]) => {
    for (const place of places) allowed[Number(place)] = 1;
  });
  if (!allowed.includes(1)) {
    throw new TrainerError(
      'invalid-settings',
      `no item meets ${whereName}, so that all lists would be empty`,
      'loosen the conditions, or leave them out',
    );
  }
  return allowed;
}
