import { describe, expect, it } from 'vitest';
import { hintOf, titleOf } from './words.js';

describe('the words of a field', () => {
  it('are those of its key', () => expect(titleOf('initialAccumulator')).toBe('Initial accumulator'));

  it.each([
    [
      { description: 'The rows. More of it.', minimum: 1, maximum: 10_000 },
      20,
      'The rows. 20 unless given; 1 to 10,000.',
    ],
    [{ description: 'A rate', exclusiveMinimum: 0 }, 0.1, 'A rate 0.1 unless given; more than 0.'],
    [{ minimum: 3 }, undefined, '3 or more.'],
    [{ exclusiveMinimum: 0, exclusiveMaximum: 1 }, undefined, 'More than 0 to less than 1.'],
    [{ maximum: 2 }, undefined, 'At most 2.'],
    [{ description: 'Text.' }, undefined, 'Text.'],
  ])('say what it is for, its default and its bounds', (schema, inherited, hint) =>
    expect(hintOf({ schema, inherited })).toBe(hint),
  );
});
