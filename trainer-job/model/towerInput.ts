/**
 * The first layer of a tower: embeddings and numbers of an entity's features, side by side in the order of the features.
 * The embedding tables live in host memory; a pass gathers the rows that its entities name and touches no others, so its
 * cost follows the batch and not the vocabulary.
 */
import {
  totalColumns,
  columnsOf,
  inputWidthOf,
  type EncodedFeature,
} from '@trainyard/recommender/encode/encodedFeature';
import type { EntityRows } from '../data/encodedDataset.js';
import { distinctFinder, type Distinct } from './distinct.js';
import { shareOf, type Pooling } from '@trainyard/shared/spec/shape/multi';
import { newParameter, worthOf, type Gradient, type Parameter } from './parameter.js';

/** Where a feature's columns lie: in the encoded rows, and from `offset` on in the input. */
interface ColumnOffsets {
  indices: number;
  numbers: number;
  offset: number;
}

interface EmbeddingColumns extends ColumnOffsets {
  table: Parameter;
  /** Columns of indices: 1, or as many as a bag has at most. */
  bag: number;
  pooling: Pooling;
  distinct: (rows: Int32Array) => Distinct;
}

interface NumberColumns extends ColumnOffsets {
  width: number;
}

/** The rows of one embedding that a batch names, one after the other, and the entity each is for. */
interface Named {
  rows: Int32Array;
  entities: Int32Array;
  /** [entities] what each of the entity's rows weighs in the vector that they make: 1 / their number where it is their mean. */
  shares: Float32Array;
}

export class TowerInput {
  readonly width: number;
  private readonly embedded: EmbeddingColumns[] = [];
  private readonly numeric: NumberColumns[] = [];
  private readonly columns: { indices: number; numbers: number };

  /** `initialize` fills the table of the feature of that name. */
  constructor(
    tower: string,
    features: readonly EncodedFeature[],
    initialize: (table: Parameter, feature: string) => void,
  ) {
    const next: ColumnOffsets = { indices: 0, numbers: 0, offset: 0 };
    for (const feature of features) {
      const offsets = { ...next };
      if (feature.kind === 'embedding') {
        const table = newParameter(`${tower}/embedding/${feature.name}`, feature.rows, feature.dim);
        initialize(table, feature.name);
        this.embedded.push({
          ...offsets,
          table,
          bag: feature.indices,
          pooling: feature.pooling ?? 'mean',
          distinct: distinctFinder(feature.rows),
        });
      } else {
        this.numeric.push({ ...offsets, width: feature.width });
      }
      const own = columnsOf(feature);
      next.indices += own.indices;
      next.numbers += own.numbers;
      next.offset += inputWidthOf(feature);
    }
    this.width = next.offset;
    this.columns = totalColumns(features);
  }

  get embeddings(): readonly Parameter[] {
    return this.embedded.map(({ table }) => table);
  }

  /** Adds to `counts`, [rows] of each embedding, how often the entities name its rows; entity i stands for `times[i]` training rows. */
  countNamed(rows: EntityRows, times: Int32Array, counts: readonly Float64Array[]): void {
    this.embedded.forEach((place, f) => {
      const named = this.namedBy(place, rows.indices, times.length);
      named.rows.forEach((row, i) => (counts[f]![row]! += times[named.entities[i]!]!));
    });
  }

  /** `values` [count, width] for `count` entities; `backward` takes the loss's gradient at them to the embeddings. */
  forward(rows: EntityRows): {
    values: Float32Array;
    count: number;
    backward: (dInput: Float32Array) => Gradient[];
  } {
    const count = rows.indices.length / this.columns.indices;
    const values = new Float32Array(count * this.width);
    const named = this.embedded.map((place) => {
      const found = this.namedBy(place, rows.indices, count);
      this.gather(place, found, values);
      return found;
    });
    for (const place of this.numeric) this.copyNumbers(place, rows.numbers, count, values);
    return {
      values,
      count,
      backward: (dInput) => this.embedded.map((place, f) => this.gradient(place, named[f]!, dInput)),
    };
  }

  private namedBy(
    { indices: first, bag, pooling }: EmbeddingColumns,
    indices: Int32Array,
    count: number,
  ): Named {
    const rows = new Int32Array(count * bag);
    const entities = new Int32Array(count * bag);
    const shares = new Float32Array(count);
    let found = 0;
    for (let entity = 0; entity < count; entity++) {
      const before = found;
      const from = entity * this.columns.indices + first;
      for (let c = from; c < from + bag; c++) {
        if (indices[c]! < 0) continue;
        rows[found] = indices[c]!;
        entities[found++] = entity;
      }
      shares[entity] = shareOf(pooling, Math.max(found - before, 1));
    }
    return { rows: rows.subarray(0, found), entities: entities.subarray(0, found), shares };
  }

  /** Puts what each entity's rows make together into its part of the input, where zeros are. */
  private gather({ table, bag, offset }: EmbeddingColumns, named: Named, values: Float32Array): void {
    const { values: vectors, columns } = table;
    const { rows, entities, shares } = named;
    for (let i = 0; i < rows.length; i++) {
      const entity = entities[i]!;
      const row = rows[i]!;
      const share = shares[entity]! * worthOf(table, row);
      let to = entity * this.width + offset;
      let from = row * columns;
      const end = from + columns;
      // One row need not be added to what is read first.
      if (bag === 1) while (from < end) values[to++] = share * vectors[from++]!;
      else while (from < end) values[to++]! += share * vectors[from++]!;
    }
  }

  private copyNumbers(
    place: NumberColumns,
    numbers: Float32Array,
    count: number,
    values: Float32Array,
  ): void {
    for (let entity = 0; entity < count; entity++) {
      const from = entity * this.columns.numbers + place.numbers;
      const to = entity * this.width + place.offset;
      for (let c = 0; c < place.width; c++) values[to + c] = numbers[from + c]!;
    }
  }

  /** Sums the shares of `dInput` [count, width] over all that named the same row. */
  private gradient(
    { table, bag, distinct, offset }: EmbeddingColumns,
    named: Named,
    dInput: Float32Array,
  ): Gradient {
    const { columns } = table;
    const { entities, shares } = named;
    const { values: rows, position } = distinct(named.rows);
    // All of the input are these rows, each of them once.
    if (bag === 1 && dInput.length === rows.length * columns && position.length === rows.length) {
      return { parameter: table, rows, values: dInput };
    }
    const values = new Float32Array(rows.length * columns);
    for (let i = 0; i < position.length; i++) {
      const entity = entities[i]!;
      const share = shares[entity]!;
      let from = entity * this.width + offset;
      let to = position[i]! * columns;
      for (const end = to + columns; to < end;) values[to++]! += share * dInput[from++]!;
    }
    return { parameter: table, rows, values };
  }
}
