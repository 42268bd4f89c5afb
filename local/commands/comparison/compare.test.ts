import { newRunId, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../../test/support/callbacks.js';
import { newRun } from '../../../test/support/newRun.js';
import { epochRow } from '../../../test/support/runView.js';
import { compareRuns } from '@trainyard/shared';
import { comparisonLines } from './comparisonLines.js';

const NOW = new Date('2026-11-20T19:18:25.000Z');

function run(runNumber: number, metrics: Record<string, number>, parts: Partial<Run> = {}): Run {
  return newRun(NOW, {
    runId: newRunId(),
    runNumber,
    status: 'completed',
    result: { ...RESULT, metrics },
    data: {
      uri: 'p.csv',
      fingerprint: 'sha256:1',
      snapshot: null,
      rows: 1000,
      digest: `sha256:${'0'.repeat(64)}`,
    },
    ...parts,
  });
}

function linesOf(runs: readonly Run[], { width = 100, all = false, epochs = false } = {}): string[] {
  const comparison = compareRuns(
    runs.map((one) => ({ run: one, ...(epochs && { epochs: [epochRow(1), epochRow(2), epochRow(3)] }) })),
    { baselineRunId: runs[0]!.runId },
  );
  return comparisonLines(comparison, { all, areChosen: false }, { width, color: false });
}

describe('a comparison at a terminal', () => {
  it('has a column for each run where they fit, with deltas, and marks the best', () => {
    const lines = linesOf([
      run(1, { test_recall_at_10: 0.2, test_rmse: 1.1 }),
      run(2, { test_recall_at_10: 0.25, test_rmse: 1.25 }),
      run(3, { test_recall_at_10: 0.1 }),
    ]);
    const found = (start: string) => lines.find((line) => line.trim().startsWith(start));
    expect(found('test recall@10')).toMatch(
      / 0\.2000 +0\.2500\* +\+0\.0500 +0\.1000 +-0\.1000 +0\.1833 +0\.0764$/,
    );
    expect(found('test rmse')).toMatch(/ 1\.1000\* +1\.2500 +\+0\.1500 +– +– /);
    expect(lines.join('\n')).toContain('test_rmse in 1 of 3');
    expect(lines.join('\n')).not.toContain('NOT COMPARABLE');
  });

  it('has a row for each run where columns do not fit, with what they come to, and says what has no room', () => {
    const runs = Array.from({ length: 30 }, (_, i) =>
      run(i + 1, {
        test_recall_at_10: i / 100,
        test_recall_at_100: i / 50,
        test_ndcg_at_10: i / 200,
        test_rmse: i,
      }),
    );
    const lines = linesOf(runs, { width: 60 });
    expect(lines.every((line) => line.length <= 60)).toBe(true);
    const table = lines.slice(lines.findIndex((line) => line.includes('test recall@100')));
    expect(table[1]).toMatch(/^ {2}demo#1 /);
    expect(table[30]).toMatch(/^ {2}demo#30 +0\.5800\* +\+0\.5800 /);
    expect(table.slice(31, 35).map((line) => line.trim().split(' ')[0])).toEqual([
      'mean',
      'std',
      'min',
      'max',
    ]);
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toMatch(
      /no room for [^:]*test rmse: name them by --metrics/,
    );
  });

  it('says loudly that figures of other rows are not comparable, and why', () => {
    const other = run(2, { test_recall_at_10: 0.3 });
    const text = linesOf([
      run(1, { test_recall_at_10: 0.2 }),
      { ...other, data: { ...other.data!, rows: 7, digest: `sha256:${'1'.repeat(64)}` } },
    ]);
    expect(text[0]).toMatch(/^NOT COMPARABLE/);
    expect(text.join(' ')).toContain('demo#2: 7 rows');
    expect(text.at(-1)).toContain('NOT COMPARABLE');
  });

  it('tells what differs by columns, or by how many runs have which value', () => {
    const batches = (count: number) =>
      Array.from({ length: count }, (_, i) => {
        const made = run(i + 1, { test_recall_at_10: 0.1 });
        const { training } = made.spec;
        const spec = { ...made.spec, training: { ...training, batchSize: i === 0 ? 64 : 128 } };
        return { ...made, spec, specDigest: `${i}` };
      });
    expect(linesOf(batches(2)).find((line) => line.includes('batchSize'))).toMatch(/batchSize +64 +128$/);
    expect(linesOf(batches(40)).find((line) => line.includes('batchSize'))).toBe(
      '  training.batchSize: 128 (39 runs), 64 (1 run)',
    );
  });

  it('draws the curves on one scale', () => {
    const lines = linesOf([run(1, {}), run(2, {})], { epochs: true });
    const at = lines.findIndex((line) => line.includes('val_loss by epochs, 4.5000 to 6.5000'));
    expect(lines[at + 1]).toMatch(/^ {2}demo#1 +█▅▁ +4\.5000$/);
  });
});
