import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keysInOrder } from './conditions.js';
import { inferSpace } from './space.js';
import { countOf, valueAt } from './values.js';

/** What is said of a space that is refused. */
function refusal(written: unknown): string {
  try {
    inferSpace(written);
  } catch (error) {
    if (error instanceof z.ZodError)
      return error.issues.map(({ path, message }) => `${path.join('/')}: ${message}`).join('\n');
    throw error;
  }
  return 'taken';
}

describe('a space', () => {
  it('is inferred of lists, ranges and plain values', () => {
    const space = inferSpace({
      'training.batchSize': [2048, 8192],
      'training.epochs': { min: 5, max: 20 },
      'training.optimizer.learningRate': { type: 'log_float', min: 0.001, max: 0.1 },
      'training.embeddingL2': { min: 0, max: 1 },
      'training.seed': 7,
      'training.earlyStopping': false,
    });
    expect(space).toEqual({
      'training.batchSize': { type: 'categorical', values: [2048, 8192] },
      'training.epochs': { type: 'int', min: 5, max: 20, log: false },
      'training.optimizer.learningRate': { type: 'logFloat', min: 0.001, max: 0.1 },
      // The specification has fractions here, although these ends are whole.
      'training.embeddingL2': { type: 'float', min: 0, max: 1 },
      'training.seed': { type: 'constant', value: 7 },
      'training.earlyStopping': { type: 'constant', value: false },
    });
  });

  it('knows its own form again', () => {
    const space = inferSpace({
      'training.epochs': { min: 5, max: 20, step: 5, when: { 'training.seed': [1, 2] } },
      'training.seed': [1, 2],
    });
    expect(inferSpace(space)).toEqual(space);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', {}, /must have a parameter/],
    [
      'one setting under two names',
      { 'training.batchSize': [1, 128], 'training.{batchSize,epochs}': [3, 4] },
      /^training.{batchSize,epochs}: names training.batchSize as "training.batchSize" does: leave it out of one/,
    ],
    ['one setting twice in one name', { 'training.{epochs,epochs}': [3, 4] }, /names training.epochs twice/],
    [
      'a setting that a value of its section has as well',
      {
        'training.optimizer': [{ type: 'adam', learningRate: 0.5 }, { type: 'sgd' }],
        'training.optimizer.learningRate': [0.1, 0.01],
      },
      /^training.optimizer.learningRate: a value of "training.optimizer" has training.optimizer.learningRate already/,
    ],
    ['a list', [1], /expected record/],
    ['min above max', { a: { min: 2, max: 1 } }, /min is 2, above max, 1/],
    ['NaN', { a: { type: 'float', min: Number.NaN, max: 1 } }, /a\/min: must be a finite number/],
    ['an infinite bound', { a: { type: 'float', min: 0, max: Infinity } }, /a\/max: must be a finite number/],
    ['a range wider than numbers', { a: { min: -1.7e308, max: 1.7e308 } }, /wider than numbers reach/],
    ['a logFloat from 0', { a: { type: 'logFloat', min: 0, max: 1 } }, /begin above 0, and min is 0/],
    ['a logFloat in steps', { a: { type: 'logFloat', min: 1, max: 2, step: 0.1 } }, /has no step/],
    ['a step of nothing', { a: { min: 0.5, max: 1, step: 0 } }, /a\/step/],
    [
      'a step that leaves min alone',
      { a: { type: 'int', min: 1, max: 4, step: 5 } },
      /a step of 5 leaves min alone/,
    ],
    ['log and a step', { a: { type: 'int', min: 1, max: 9, step: 2, log: true } }, /log or a step, not both/],
    ['log from 0', { a: { type: 'int', min: 0, max: 9, log: true } }, /min is at least 1/],
    ['fractions of an int', { a: { type: 'int', min: 0.5, max: 9 } }, /a\/min: must be a whole number/],
    ['no values', { a: [] }, /^a: must have a value$/],
    [
      'more values than are taken',
      { a: Array.from({ length: 1001 }, (_, i) => i) },
      /^a: has 1,001 values; at most 1,000 are taken: leave some out, or take a range$/,
    ],
    ['a value twice', { a: [1, 2, 1] }, /a\/values\/2: 1 is there twice, first at 0/],
    [
      'equal objects',
      {
        a: [
          { x: 1, y: 2 },
          { y: 2, x: 1 },
        ],
      },
      /is there twice/,
    ],
    ['a misspelt type', { a: { type: 'catgorical', values: [1] } }, /did you mean "categorical"/],
    ['an object that is nothing', { a: { low: 1, high: 2 } }, /neither a list of values, nor a range/],
    ['an empty part of a key', { 'a..b': 1 }, /parts joined by dots/],
    ['a key that is no data', { 'a.__proto__.b': 1 }, /no part of a key can be "__proto__"/],
    [
      'a condition on nobody',
      { a: { min: 1, max: 2, when: { abx: 1 } }, abc: [1] },
      /"abx" is no parameter of the space; did you mean "abc"/,
    ],
    [
      'a condition on a key of the specification that is not searched',
      { 'training.optimizer.momentum': { min: 0, max: 1, when: { 'training.optimizer.type': 'sgd' } } },
      /"training.optimizer.type" is no parameter of the space: add it to the space/,
    ],
    ['a condition on itself', { a: { min: 1, max: 2, when: { a: 1 } } }, /on itself/],
    [
      'a condition that never holds',
      { a: { min: 1, max: 2, when: { b: 'z' } }, b: ['x', 'y'] },
      /"b" is never "z": it is "x", "y"/,
    ],
    [
      'a condition off the steps',
      { a: { min: 1, max: 2, when: { b: 4 } }, b: { min: 1, max: 9, step: 2 } },
      /in steps of 2/,
    ],
    [
      'a condition on a fraction',
      { a: { min: 1, max: 2, when: { b: 0.5 } }, b: { min: 0.1, max: 0.9 } },
      /met by chance only/,
    ],
    [
      'a circle of conditions',
      {
        a: { min: 1, max: 2, when: { c: 1 } },
        b: { min: 1, max: 2, when: { a: 1 } },
        c: { min: 1, max: 2, when: { b: 1 } },
      },
      /in a circle.*a → c → b → a/,
    ],
  ])('is refused with %s', (_, written, message) => {
    expect(refusal(written)).toMatch(message);
  });

  it('takes a chain of conditions, and decides what others wait for first', () => {
    const space = inferSpace({
      a: { min: 1, max: 2, when: { b: 'x' } },
      b: { values: ['x', 'y'], when: { c: [1, 2] } },
      c: [1, 2, 3],
    });
    expect(keysInOrder(space)).toEqual(['c', 'b', 'a']);
  });
});

describe('the values of a range in steps', () => {
  const valuesOf = (written: unknown) => {
    const parameter = inferSpace({ a: written })['a']!;
    return Array.from({ length: countOf(parameter) }, (_, i) => valueAt(parameter, i));
  };

  it('are written as a person writes them, up to max', () => {
    expect(valuesOf({ min: 0.1, max: 0.4, step: 0.1 })).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(valuesOf({ type: 'float', min: 0, max: 1, step: 0.3 })).toEqual([0, 0.3, 0.6, 0.9]);
    expect(valuesOf({ min: 2, max: 9, step: 3 })).toEqual([2, 5, 8]);
    expect(valuesOf({ type: 'float', min: 0.5, max: 0.5 })).toEqual([0.5]);
  });
});
