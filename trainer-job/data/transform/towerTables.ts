/** The table of a tower's entities: the encodings of all its features side by side. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { columnsOf, totalColumns } from '@trainyard/recommender/encode/encodedFeature';
import { encoderOf } from '@trainyard/recommender/encode/fittedFeature';
import { encodeTower, type TowerEncoder } from '@trainyard/recommender/encode/towerEncoder';
import { bytesOf } from '../typedFiles.js';
import type { FeatureRows } from './encodeFeature.js';
import { entryOf, type RowValues } from './encoding.js';

/** Entities that are put together at a time. */
const BLOCK = 262_144;

/** [entities, columns] row-major. */
export interface Table {
  indices: Int32Array;
  numbers: Float32Array;
}

/** The encodings of the rows at `places`, one entity each. */
export async function tableOf(features: readonly FeatureRows[], places: Int32Array): Promise<Table> {
  const table = emptyTable(features, places.length);
  for (const [f, feature] of features.entries()) {
    fill(features, f, table, await feature.read(), (entity) => places[entity]!);
  }
  return table;
}

/** Encodes one row by all features, put side by side. */
export function encoderOfAll(features: readonly FeatureRows[]): TowerEncoder {
  return encodeTower(
    features.map(({ encoded, fitted, vocabulary }) => ({ encoded, encoder: encoderOf(fitted, vocabulary) })),
  );
}

/** The encodings of the values of `id`, each with the rest of the row at its place; where that is -1, nothing but the id is known. */
export async function itemTable(
  features: readonly FeatureRows[],
  id: FeatureRows,
  places: Int32Array,
): Promise<Table> {
  const table = await tableOf(
    features,
    places.map((place) => Math.max(place, 0)),
  );
  const [column = ''] = id.encoded.columns;
  const encode = encoderOfAll(features);
  for (let item = places.indexOf(-1); item >= 0; item = places.indexOf(-1, item + 1)) {
    const { indices, numbers } = encode({ [column]: id.vocabulary[item] });
    table.indices.set(indices, item * indices.length);
    table.numbers.set(numbers, item * numbers.length);
  }
  return table;
}

/** Writes the encodings of all rows, each an entity, without holding them. */
export async function writeRowsTable(
  features: readonly FeatureRows[],
  rows: number,
  folder: string,
  tower: string,
): Promise<void> {
  const [indices, numbers] = [
    await open(join(folder, `${tower}.table.i32`), 'w'),
    await open(join(folder, `${tower}.table.f32`), 'w'),
  ];
  try {
    for (let from = 0; from < rows; from += BLOCK) {
      const count = Math.min(BLOCK, rows - from);
      const table = emptyTable(features, count);
      for (const [f, feature] of features.entries()) {
        fill(features, f, table, await feature.read(from, count), (entity) => entity);
      }
      await indices.writeFile(bytesOf(table.indices));
      await numbers.writeFile(bytesOf(table.numbers));
    }
  } finally {
    await indices.close();
    await numbers.close();
  }
}

function emptyTable(features: readonly FeatureRows[], entities: number): Table {
  const { indices, numbers } = totalColumns(features.map(({ encoded }) => encoded));
  return { indices: new Int32Array(entities * indices), numbers: new Float32Array(entities * numbers) };
}

/** Puts feature `f` of each entity, that of row `rowOf(entity)` of `values`, into its columns of the table. */
function fill(
  features: readonly FeatureRows[],
  f: number,
  table: Table,
  values: RowValues,
  rowOf: (entity: number) => number,
): void {
  const encoded = features.map((feature) => feature.encoded);
  const own = columnsOf(encoded[f]!);
  const before = totalColumns(encoded.slice(0, f));
  const stride = totalColumns(encoded);
  const entryAt = entryOf(values);
  const copy = <T extends Int32Array | Float32Array>(from: T, to: T, part: 'indices' | 'numbers') => {
    if (own[part] === 0) return;
    for (let entity = 0, at = before[part]; at < to.length; entity++, at += stride[part]) {
      const entry = entryAt(rowOf(entity)) * own[part];
      for (let c = 0; c < own[part]; c++) to[at + c] = from[entry + c]!;
    }
  };
  if (values.codes) copy(values.indices, table.indices, 'indices');
  copy(values.numbers, table.numbers, 'numbers');
}
