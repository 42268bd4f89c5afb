import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newParameter, type Gradient } from '../../model/parameter.js';
import { GradientSum } from './gradientSum.js';

const table = newParameter('table', 3000, 2);
const weights = newParameter('weights', 2, 2);

/** What the gradients of a parameter add up to, written out in full. */
function written(gradients: readonly Gradient[]): number[] {
  const full = Array.from(gradients[0]?.parameter.values ?? [], () => 0);
  for (const { parameter, rows, values } of gradients) {
    values.forEach((value, i) => {
      const width = parameter.columns;
      const element = rows ? rows[Math.floor(i / width)]! * width + (i % width) : i;
      full[element]! += value;
    });
  }
  return full;
}

const rowsGradient = fc
  .uniqueArray(fc.nat(2999), { minLength: 1, maxLength: 1500 })
  .map((rows): Gradient => ({
    parameter: table,
    rows: Int32Array.from(rows),
    values: Float32Array.from(rows.flatMap((row) => [row % 7, -1])),
  }));

it('adds up to the gradients of the summed losses, and begins anew', () => {
  const dense: Gradient = { parameter: weights, rows: undefined, values: Float32Array.of(1, -2, 3, 4) };
  const sum = new GradientSum();
  fc.assert(
    fc.property(fc.array(rowsGradient, { minLength: 1, maxLength: 4 }), (parts) => {
      for (const part of parts) sum.add([part, dense]);
      const total = sum.drain();
      expect(total.map(({ parameter }) => parameter)).toEqual([table, weights]);
      expect(new Set(total[0]!.rows).size).toBe(total[0]!.rows!.length);
      expect(written([total[0]!])).toEqual(written(parts));
      expect([...total[1]!.values]).toEqual([1, -2, 3, 4].map((value) => value * parts.length));
    }),
    { numRuns: 30 },
  );
});

it('of several shares has each row in one of them, and the same sums', () => {
  fc.assert(
    fc.property(
      fc.array(rowsGradient, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 4 }),
      (parts, among) => {
        const shares = Array.from({ length: among }, (_, number) => {
          const sum = new GradientSum({ number, among });
          sum.add(parts);
          return sum.drain();
        });
        shares.forEach((share, number) => {
          for (const row of share[0]?.rows ?? []) expect(row % among).toBe(number);
        });
        expect(written(shares.flat())).toEqual(written(parts));
      },
    ),
    { numRuns: 30 },
  );
});
