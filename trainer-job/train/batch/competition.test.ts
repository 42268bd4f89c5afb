import type { TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { competition } from './competition.js';

const data = tinyDataset({ items: 12, groups: 3 });
const batch = Int32Array.of(3, 7, 3, 1);
const counts = [...data.splits.train.item].reduce<number[]>((all, item) => {
  all[item] = (all[item] ?? 0) + 1;
  return all;
}, []);

type Negatives = NonNullable<TrainingSpecInput['training']>['negatives'];

function compete(negatives: Negatives, at = { epoch: 0, step: 0 }) {
  const model = new TwoTowerModel(data, tinySpec({ training: { negatives } }));
  return competition(model, data.splits.train)(batch, at);
}

/** The items that compete, and the own item of each row. */
function named({ items, competing, rowItem }: ReturnType<typeof compete>) {
  return {
    competing: [...items.subarray(0, competing ?? items.length)],
    own: [...rowItem].map((place) => items[place]),
  };
}

describe('what a batch competes with', () => {
  it('is every item of the catalogue', () => {
    const all = compete({ type: 'catalogue' });
    expect(named(all)).toEqual({ competing: Array.from({ length: 12 }, (_, i) => i + 1), own: [...batch] });
    expect([all.own, all.logWeights]).toEqual(['among', undefined]);
  });

  it('is the items of the batch, as often as they occur, less the log of their share of the training rows', () => {
    const plain = compete({ type: 'inBatch', samplingCorrection: false });
    expect(named(plain)).toEqual({ competing: [3, 7, 1], own: [...batch] });
    expect(plain.logOwnWeights).toBeUndefined();
    expect([...plain.logWeights!].map(Math.exp).map(Math.round)).toEqual([2, 1, 1]);

    const corrected = compete({ type: 'inBatch', removeAccidentalHits: true });
    expect(corrected.own).toBe('once');
    [3, 7, 1].forEach((item, place) => {
      const logQ = Math.log(counts[item]! / data.splits.train.count);
      expect(corrected.logOwnWeights![place]).toBeCloseTo(-logQ, 5);
      expect(corrected.logWeights![place]).toBeCloseTo(Math.log(item === 3 ? 2 : 1) - logQ, 5);
    });
  });

  it('is items drawn at random, as often as they were drawn, less the log of how often they are expected', () => {
    const drawn = compete({ type: 'sampled', count: 6, popularityPower: 0.5 });
    const { competing, own } = named(drawn);
    expect(own).toEqual([...batch]);
    expect(new Set(drawn.items).size).toBe(drawn.items.length);
    const total = counts.slice(1).reduce((sum, count) => sum + Math.sqrt(count), 0);
    const times = competing.map((item, place) => {
      const expected = (6 * Math.sqrt(counts[item]!)) / total;
      expect(drawn.logOwnWeights![place]).toBeCloseTo(-Math.log(expected), 4);
      return Math.exp(drawn.logWeights![place]! - drawn.logOwnWeights![place]!);
    });
    expect(times.reduce((sum, n) => sum + n, 0)).toBeCloseTo(6, 4);
  });

  it('is the items of the batch and others drawn beside them, less the log of how often both are expected', () => {
    const both = compete({ type: 'mixed', count: 6 });
    const { competing, own } = named(both);
    expect(own).toEqual([...batch]);
    expect(competing.slice(0, 3)).toEqual([3, 7, 1]);
    expect(both.own).toBe('once');
    const times = competing.map((item, place) => {
      const expected = (4 * counts[item]!) / data.splits.train.count + 6 / 12;
      expect(both.logOwnWeights![place]).toBeCloseTo(-Math.log(expected), 4);
      return Math.exp(both.logWeights![place]! - both.logOwnWeights![place]!);
    });
    expect(times.reduce((sum, n) => sum + n, 0)).toBeCloseTo(4 + 6, 4);
    expect(compete({ type: 'mixed', removeAccidentalHits: false }).own).toBe('among');
  });

  it('is drawn anew in each step, and the same again for the same step', () => {
    const at = (step: number) => named(compete({ type: 'sampled', count: 6 }, { epoch: 1, step })).competing;
    expect(at(4)).toEqual(at(4));
    expect(new Set([0, 1, 2, 3].map((step) => at(step).join())).size).toBeGreaterThan(1);
  });

  it('takes own items out of the negatives unless accidental hits may stay', () => {
    expect(compete({ type: 'sampled' }).own).toBe('once');
    expect(compete({ type: 'sampled', removeAccidentalHits: false }).own).toBe('added');
    expect(compete({ type: 'inBatch' }).own).toBe('among');
    // Among the hardest an own item may be or not be: it competes once in either case, beside so many negatives.
    expect(compete({ type: 'inBatch', hardest: 2 })).toMatchObject({ own: 'once', hardest: 3 });
    expect(compete({ type: 'catalogue', hardest: 2 })).toMatchObject({ own: 'once', hardest: 3 });
  });
});
