import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomFor } from '../../model/random.js';
import { itemSampler } from './itemSampler.js';

const weights = fc
  .array(fc.nat(1000), { minLength: 1, maxLength: 40 })
  .map((values) => Float64Array.from([0, ...values]))
  .filter((values) => values.some((value) => value > 0));

it('never draws an item without weight, and names the probability of every other', () => {
  fc.assert(
    fc.property(weights, (values) => {
      const { probabilities, draw } = itemSampler(values);
      const total = values.reduce((sum, value) => sum + value, 0);
      values.forEach((value, item) => expect(probabilities[item]).toBeCloseTo(value / total, 12));
      for (const item of draw(200, randomFor(1, 'draws'))) expect(values[item]).toBeGreaterThan(0);
    }),
  );
});

it('draws items as often as their probabilities say', () => {
  const { probabilities, draw } = itemSampler(Float64Array.of(0, 1, 2, 4, 13, 80, 0.5));
  const draws = 400_000;
  const counts = new Float64Array(probabilities.length);
  for (const item of draw(draws, randomFor(2, 'draws'))) counts[item]! += 1;
  counts.forEach((count, item) => {
    const deviation = Math.sqrt(probabilities[item]! * (1 - probabilities[item]!) * draws);
    expect(Math.abs(count - probabilities[item]! * draws)).toBeLessThanOrEqual(5 * deviation);
  });
});

it('refuses a catalogue without items', () => {
  expect(() => itemSampler(Float64Array.of(0))).toThrow('no item to draw');
});
