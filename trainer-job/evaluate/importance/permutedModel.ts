import { totalColumns } from '@trainyard/recommender/encode/encodedFeature';
import type { EncodedTower, EntityRows } from '../../data/encodedDataset.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { Scored } from '../ranks/scoreSplit.js';
import type { Predicting } from '../ratings/predictRatings.js';

/** How many entities go through a tower at once. */
const BLOCK = 8192;

export type TowerName = 'query' | 'candidate';

/** Which features of a tower are taken from other entities, and from which. */
export interface Permuted {
  tower: TowerName;
  /** Positions of features. */
  features: readonly number[];
  /** By entity, the one whose values it gets; its own where it is not there. */
  donors: ReadonlyMap<number, number>;
}

/** The trained model, some features of one tower of which see the values of other entities. */
export type PermutedModel = Scored & Predicting & { permuted: TowerName };

export function permutedModel(model: TwoTowerModel, permuted: Permuted): PermutedModel {
  const through =
    (own: (tower: TowerName, entities: Int32Array) => Float32Array, rowsThrough: RowsThrough) =>
    (tower: TowerName, entities: Int32Array) =>
      tower === permuted.tower
        ? permutedVectors(model[tower].data, permuted, entities, (rows) => rowsThrough(tower, rows))
        : own(tower, entities);
  return {
    permuted: permuted.tower,
    width: model.width,
    spec: model.spec,
    query: model.query,
    candidate: model.candidate,
    embed: through(
      (tower, entities) => model.embed(tower, entities),
      (tower, rows) => model.embedRows(tower, rows),
    ),
    outputs: through(
      (tower, entities) => model.outputs(tower, entities),
      (tower, rows) => model.outputRows(tower, rows),
    ),
  };
}

type RowsThrough = (tower: TowerName, rows: EntityRows) => Float32Array;

function permutedVectors(
  tower: EncodedTower,
  permuted: Permuted,
  entities: Int32Array,
  vectorsOf: (rows: EntityRows) => Float32Array,
): Float32Array {
  const blocks: Float32Array[] = [];
  for (let start = 0; start < entities.length; start += BLOCK) {
    blocks.push(vectorsOf(permutedRows(tower, permuted, entities.subarray(start, start + BLOCK))));
  }
  const all = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

/** The encodings of the entities, those of the permuted features from their donors. */
export function permutedRows(
  tower: EncodedTower,
  { features, donors }: Permuted,
  entities: Int32Array,
): EntityRows {
  const rows = tower.rows(entities);
  const others = tower.rows(entities.map((entity) => donors.get(entity) ?? entity));
  const stride = totalColumns(tower.features);
  for (const position of features) {
    const from = totalColumns(tower.features.slice(0, position));
    const to = totalColumns(tower.features.slice(0, position + 1));
    copyColumns(rows.indices, others.indices, stride.indices, [from.indices, to.indices]);
    copyColumns(rows.numbers, others.numbers, stride.numbers, [from.numbers, to.numbers]);
  }
  return rows;
}

function copyColumns<T extends Int32Array | Float32Array>(
  into: T,
  from: T,
  stride: number,
  [first, end]: readonly [number, number],
): void {
  for (let row = 0; row < into.length; row += stride) {
    for (let column = row + first; column < row + end; column++) into[column] = from[column]!;
  }
}
