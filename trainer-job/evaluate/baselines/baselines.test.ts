import type { LeftOut, TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { evaluationRows, type EvaluationRows } from '../ranks/evaluationRows.js';
import type { Ranker } from '../ranks/ranker.js';
import { retrievalBaselines } from './retrievalBaselines.js';

const DAY = 86_400;

/** The tiny data, one row an hour; user 7 has no training row, and some rows are of unknown users and items. */
function timedDataset(): EncodedDataset {
  const data = tinyDataset({ users: 30, items: 70, rows: 600 });
  const { train } = data.splits;
  const query = train.query.map((user, row) => (user === 7 || row % 41 === 0 ? 0 : user));
  const item = train.item.map((id, row) => (row % 37 === 0 ? 0 : id));
  const times = Float64Array.from(item, (_, row) => (row < 5 ? NaN : row * 3600));
  return {
    ...data,
    splits: { ...data.splits, train: { ...train, query, item } },
    trainTimes: async () => times,
  };
}

async function made(
  data: EncodedDataset,
  evaluation: TrainingSpecInput['evaluation'],
): Promise<{ rankers: Map<string, Ranker>; leftOut: LeftOut[] }> {
  const rankers = new Map<string, Ranker>();
  const leftOut: LeftOut[] = [];
  const request = { data, spec: tinySpec({ evaluation }), between: async () => {} };
  const validation = () => evaluationRows(data, 'validation');
  for await (const one of retrievalBaselines({ ...request, validation })) {
    if ('why' in one) leftOut.push(one);
    else rankers.set(one.name, one);
  }
  return { rankers, leftOut };
}

/** Of the test rows, a question a row, and a question a user from whose list the items of train are left out. */
function questions(data: EncodedDataset): EvaluationRows[] {
  const perRow = evaluationRows(data, 'test');
  const had = (user: number) => {
    const { query, item } = data.splits.train;
    return new Set(item.filter((id, row) => query[row] === user && id !== 0));
  };
  const asked = Array.from(perRow.users, (user, q) => {
    const [from, to] = [perRow.targetStart[q]!, perRow.targetStart[q + 1]!];
    return { targets: perRow.items.slice(from, to).filter((id) => !had(user).has(id)), out: [...had(user)] };
  });
  const starts = (sizes: number[]) =>
    Int32Array.from([0, ...sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0))]);
  const items = Int32Array.from(asked.flatMap(({ targets }) => [...targets]));
  return [
    perRow,
    {
      ...perRow,
      per: 'user',
      targetStart: starts(asked.map(({ targets }) => targets.length)),
      items,
      rows: items.map(() => 1),
      rowCount: items.length,
      excluded: {
        start: starts(asked.map(({ out }) => out.length)),
        items: Int32Array.from(asked.flatMap(({ out }) => out)),
      },
    },
  ];
}

type Scores = (user: number) => readonly (readonly number[])[];

/** By the definition: every item that is not left out and comes before the target, by the first number that differs. */
function ranksByDefinition(rows: EvaluationRows, scoresOf: Scores): number[] {
  return Array.from(rows.users).flatMap((user, q) => {
    const scores = scoresOf(user);
    const out = new Set(rows.excluded?.items.slice(rows.excluded.start[q], rows.excluded.start[q + 1]));
    return Array.from(rows.items.slice(rows.targetStart[q], rows.targetStart[q + 1]), (target) => {
      const before = scores.filter((score, item) => {
        if (item === 0 || out.has(item)) return false;
        const differs = score.findIndex((value, i) => Math.abs(value - scores[target]![i]!) > 1e-9);
        if (differs >= 0) return score[differs]! > scores[target]![differs]!;
        return rows.per === 'user' && item < target;
      });
      return before.length;
    });
  });
}

/** [users][items] the number of training rows, by definition. */
function countsOf({ splits: { train }, query, candidate }: EncodedDataset): number[][] {
  const counts = Array.from({ length: query.entities }, () =>
    Array.from({ length: candidate.entities }, () => 0),
  );
  for (let row = 0; row < train.count; row++) counts[train.query[row]!]![train.item[row]!]! += 1;
  return counts;
}

/** Gauss and Jordan. */
function denseInverse(matrix: number[][]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let c = 0; c < n; c++) {
    const pivot = rows[c]![c]!;
    rows[c] = rows[c]!.map((value) => value / pivot);
    for (let r = 0; r < n; r++) {
      const factor = rows[r]![c]!;
      if (r !== c && factor !== 0) rows[r] = rows[r]!.map((value, j) => value - factor * rows[c]![j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}

describe('a baseline that finds items puts every target where its definition does, per row and per user without what was had:', () => {
  const data = timedDataset();
  const counts = countsOf(data);
  const items = Array.from({ length: data.candidate.entities }, (_, item) => item);
  const popularity = items.map((item) => counts.reduce((sum, row) => sum + row[item]!, 0));
  const binary = counts.map((row, user) =>
    row.map((count, item) => Number(count > 0 && user > 0 && item > 0)),
  );
  const gram = items.map((a) => items.map((b) => binary.reduce((sum, row) => sum + row[a]! * row[b]!, 0)));
  const summed = (weights: number[][]): Scores => {
    return (user) =>
      items.map((item) => [
        items.reduce((sum, had) => sum + binary[user]![had]! * weights[had]![item]!, 0),
        popularity[item]!,
      ]);
  };

  const expected: Record<string, Scores> = {
    popularity: () => popularity.map((count) => [count]),
    history: (user) => items.map((item) => [user === 0 ? 0 : counts[user]![item]!, popularity[item]!]),
    recentPopularity: () => {
      const { item, count } = data.splits.train;
      const weights = items.map(() => 0);
      for (let row = 5; row < count; row++)
        weights[item[row]!]! += 0.5 ** (((count - 1 - row) * 3600) / DAY / 3);
      return weights.map((weight, i) => [weight, popularity[i]!]);
    },
    itemKnn: summed(
      items.map((a) =>
        items.map((b) => (a === b ? 0 : gram[a]![b]! / Math.sqrt(gram[a]![a]! * gram[b]![b]!) || 0)),
      ),
    ),
    ease: (() => {
      const known = items.slice(1);
      const inverse = denseInverse(known.map((a) => known.map((b) => gram[a]![b]! + (a === b ? 10 : 0))));
      return summed(
        items.map((a) =>
          items.map((b) =>
            a === b || a === 0 || b === 0 ? 0 : -inverse[a - 1]![b - 1]! / inverse[b - 1]![b - 1]!,
          ),
        ),
      );
    })(),
  };

  it.each(Object.entries(expected))('%s', async (name, scores) => {
    const { rankers, leftOut } = await made(data, {
      baselineSettings: { easeLambda: 10, recentHalfLifeDays: 3 },
    });
    expect(leftOut).toEqual([]);
    for (const rows of questions(data)) {
      const ranks = await rankers.get(name)!.ranks(rows, async () => {});
      expect(Array.from(ranks)).toEqual(ranksByDefinition(rows, scores));
      expect(new Set(ranks).size).toBeGreaterThan(5);
    }
  });
});

describe('the default set of baselines', () => {
  it('is all of them, with what was chosen on the validation rows', async () => {
    const { rankers, leftOut } = await made(timedDataset(), {});
    expect(leftOut).toEqual([]);
    const settings = Object.fromEntries([...rankers].map(([name, ranker]) => [name, ranker.settings]));
    expect(settings).toEqual({
      popularity: {},
      recentPopularity: { halfLifeDays: expect.any(Number) as number },
      history: {},
      itemKnn: {},
      ease: { lambda: expect.any(Number) as number },
    });
  });

  it('has a half-life that prefers what sells where the validation rows are', async () => {
    const data = timedDataset();
    const { train, validation } = data.splits;
    // Item 60 sells at the end alone, and then to all; all else is as it was.
    const late = train.item.map((item, row) => (row >= train.count - 20 ? 60 : item));
    const same = { ...validation, item: validation.item.map(() => 60) };
    const splits = { ...data.splits, train: { ...train, item: late }, validation: same };
    const { rankers } = await made({ ...data, splits }, { baselines: ['recentPopularity'] });
    const days = rankers.get('recentPopularity')!.settings['halfLifeDays'];
    expect(days).toBeLessThan(25);
    const { rankers: without } = await made(
      { ...data, splits: { ...splits, validation: { ...same, item: same.item.map(() => 0) } } },
      { baselines: ['recentPopularity', 'ease'] },
    );
    expect(without.get('ease')!.settings).toEqual({ lambda: 200 });
    expect(without.get('recentPopularity')!.settings['halfLifeDays']).toBeCloseTo(594 / 24 / 8, 1);
  });
});

describe('a baseline that is left out is said, with the setting that changes it:', () => {
  it('nobody asked for it', async () => {
    const { rankers, leftOut } = await made(timedDataset(), { baselines: ['popularity', 'popularity'] });
    expect([...rankers.keys()]).toEqual(['popularity']);
    expect(leftOut.map(({ what }) => what)).toEqual(
      ['recentPopularity', 'history', 'itemKnn', 'ease'].map((name) => `the baseline ${name}`),
    );
    expect(leftOut[3]).toEqual({
      what: 'the baseline ease',
      why: 'evaluation.baselines does not list it',
      remedy: 'add ease to evaluation.baselines',
    });
  });

  it('there are no times', async () => {
    const { trainTimes: _none, ...data } = timedDataset();
    const { leftOut } = await made(data, {});
    expect(leftOut).toEqual([
      {
        what: 'the baseline recentPopularity',
        why: 'the split of the rows has no column of times, so nobody knows which are recent',
        remedy: expect.stringContaining('dataset.split') as string,
      },
    ]);
    const unknown = new Float64Array(data.splits.train.count).fill(NaN);
    const { leftOut: ofNone } = await made({ ...data, trainTimes: async () => unknown }, {});
    expect(ofNone[0]?.why).toBe('no training row has a time');
  });

  it('there are more than 10,000 items', async () => {
    const data = tinyDataset({ items: 10_001 });
    const { rankers, leftOut } = await made(data, { baselines: ['history', 'itemKnn', 'ease'] });
    expect([...rankers.keys()]).toEqual(['history']);
    const why = 'the catalogue has 10,001 items, and it is computed for at most 10,000';
    expect(leftOut.slice(-2).map((one) => [one.what, one.why])).toEqual([
      ['the baseline itemKnn', why],
      ['the baseline ease', why],
    ]);
  });
});
