import { inferSpace, trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { DomainError } from '../errors/domainError.js';
import { requirePossible } from './possible.js';

/** What is said of a space that is refused, and where; empty where it is taken. */
function refusal(written: object, base: Partial<TrainingSpecInput> = {}): string[] {
  const spec = trainingSpecSchema.parse({ ...EXAMPLE_SPEC, ...base });
  try {
    requirePossible({ space: inferSpace(written), spec, seed: 42 });
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return (error.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  }
}

const RATE = 'training.optimizer.learningRate';
const rate = { [RATE]: { min: 0.001, max: 0.5 } };

describe('a space', () => {
  it.each<[string, object, RegExp[]]>([
    [
      'a key that is misspelt',
      { ...rate, 'training.batchsize': [16] },
      [/did you mean "training\.batchSize"/],
    ],
    [
      'a number that is text',
      { ...rate, 'training.batchSize': [16, '32', 64] },
      [
        /^\/space\/training\.batchSize: training\.batchSize is never "32" in a trial.*expected number, received string/,
      ],
    ],
    [
      'a range that begins below what is allowed',
      { 'training.epochs': { min: 0, max: 20 } },
      [/training\.epochs is never 0 .*>=1/],
    ],
    [
      'a form of a section beside settings of another form',
      { 'training.optimizer.type': ['adagrad', 'nothing'], ...rate },
      [/training\.optimizer\.type is never "nothing"/],
    ],
    [
      'several values that fail',
      { 'training.batchSize': [16, -1, null, 'x'], 'training.earlyStopping': ['soon', false] },
      [/is never -1 /, /is never "x" /, /earlyStopping is never "soon"/],
    ],
  ])('is refused with %s', (_, written, says) => {
    const said = refusal(written);
    expect(said).toHaveLength(says.length);
    for (const [i, words] of says.entries()) expect(said[i]).toMatch(words);
  });

  it('is taken where a value needs others to be just so', () => {
    expect(
      refusal({
        'training.optimizer.type': ['adagrad', 'adamw'],
        'training.optimizer.weightDecay': {
          type: 'logFloat',
          min: 1e-6,
          max: 1e-2,
          when: { 'training.optimizer.type': 'adamw' },
        },
        'training.seed': [1, 2],
        ...rate,
      }),
    ).toEqual([]);
  });
});
