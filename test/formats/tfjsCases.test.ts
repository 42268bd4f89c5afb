/** Graph models of TensorFlow.js answer values that are ill-written, of many types and of many scripts as the recommender does, as far as single precision goes. */
import { openTower } from '@trainyard/recommender/model/tower';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { CASE_NAMES, formatCase, itemsOf, queriesOf } from '../support/formats/formatCases.js';
import { useWasm } from '../support/training/backend.js';
import { BACKENDS, embedInTfjs } from './tfjsInNode.js';

const COUNT = 1000;
/**
 * Rows whose values are far out make layers of these models give thousands, which cancel in the next one: there, the last digit of a float32 is more
 * than 1e-5 of what is left. So nearly all vectors agree to 1e-5, and the others to what such a digit is.
 */
const [AGREES, SHARE, MOST] = [1e-5, 0.99, 1.5e-4];

/** What is missing to each vector, in parts of its number or of a tenth of the largest: as `expectClose` has it. */
function offOf(actual: readonly number[], expected: Float32Array): number {
  const largest = Math.max(...Array.from(expected, Math.abs));
  const off = Array.from(
    expected,
    (value, c) => Math.abs(actual[c]! - value) / Math.max(Math.abs(value), largest / 10),
  );
  return Math.max(...off);
}

describe.each(BACKENDS)('a graph model of TensorFlow.js (%s)', (backend) => {
  beforeAll(useWasm);

  it.each(CASE_NAMES)('makes the vectors of the recommender: %s', async (name) => {
    const folder = await formatCase(name);
    const transform = await openTransform(readDirectory(folder), 'transform/');
    for (const [side, rows] of [
      ['query', queriesOf(name, COUNT)],
      ['candidate', itemsOf(name, COUNT)],
    ] as const) {
      const { document, output, scale } = await openTower(readDirectory(folder), side);
      const outputs = rows.map(transform.encoder(side)).map(output);
      const expected = document.model.type === 'ranking' ? outputs : outputs.map(scale);
      const actual = await embedInTfjs(folder, side, backend, rows);
      const off = expected.map((vector, row) => offOf(actual[row]!, vector)).toSorted((a, b) => a - b);
      expect(off[Math.ceil(COUNT * SHARE) - 1]).toBeLessThan(AGREES);
      expect(off.at(-1)).toBeLessThan(MOST);
    }
  });
});
