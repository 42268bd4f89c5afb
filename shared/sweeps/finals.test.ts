import { describe, expect, it } from 'vitest';
import type { TrainingSpec } from '../spec/trainingSpec.js';
import { finalsInOrder, overridesText, rowsText, sampledShare } from './finals.js';
import type { FinalRun, SweepView } from './view.js';

const specOf = (sample?: object) => ({ dataset: { sample } }) as unknown as TrainingSpec;

describe('the rows that a trial is trained on as a version', () => {
  it.each([
    ['all where nothing is sampled', specOf(), [], 'all rows'],
    ['the share of the specification', specOf({ share: 0.1 }), [{}, {}], '10 % of the rows'],
    [
      'all again where the sample is taken out',
      specOf({ share: 0.1 }),
      [{}, { 'dataset.sample': null }],
      'all rows',
    ],
    [
      'the share that the trial has',
      specOf({ share: 0.1 }),
      [{ 'dataset.sample.share': 0.25 }],
      '25 % of the rows',
    ],
    [
      'what was said last',
      specOf(),
      [{ 'dataset.sample': { share: 0.5 } }, { 'dataset.sample.share': 0.0125 }],
      '1.25 % of the rows',
    ],
    ['those of a whole section', specOf({ share: 0.1 }), [{ dataset: {} }], 'all rows'],
  ])('are %s', (_, spec, changes, words) => {
    expect(rowsText(sampledShare(spec, ...changes))).toBe(words);
  });
});

describe('several final runs', () => {
  const final = (trial: number, runId: string, overrides = {}) =>
    ({ trial, runId, overrides, at: '', baselineRunId: null }) satisfies FinalRun;

  it('begin with those of the best trial, the newest first', () => {
    const finals = [final(2, 'a'), final(5, 'b'), final(2, 'c'), final(3, 'd')];
    const best = { number: 2 } as SweepView['best'];
    expect(finalsInOrder({ finals, best }).map(({ runId }) => runId)).toEqual(['c', 'a', 'd', 'b']);
  });

  it('are told apart by what each has otherwise', () => {
    expect(overridesText(final(2, 'a'))).toBe('');
    expect(overridesText(final(2, 'a', { 'training.epochs': 20, 'dataset.sample': null }))).toBe(
      'epochs=20 sample=null',
    );
  });
});
