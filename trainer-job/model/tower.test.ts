import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { useWasm } from '../../test/support/backend.js';
import { tinySpec } from '../../test/support/tinyDataset.js';
import type { EncodedTower } from '../data/encodedDataset.js';
import type { Gradient } from './parameter.js';
import { Tower } from './tower.js';

beforeAll(useWasm);

/** Four entities with an id of their own; entities 1 and 2 share a city. */
const data: EncodedTower = {
  features: [
    { name: 'user', column: 'user', vocabularySize: 3, dim: 3 },
    { name: 'city', column: 'city', vocabularySize: 2, dim: 2 },
  ],
  idFeature: 0,
  entities: 4,
  table: Int32Array.of(0, 0, 1, 2, 2, 2, 3, 1),
};
const layers = [
  { type: 'dense' as const, units: 4, activation: 'relu' as const },
  { type: 'dense' as const, units: 2, activation: 'linear' as const },
];
const entities = Int32Array.of(3, 1, 2);

/** Embeddings as large as trained ones, so that a small step does not cross the kink of a relu. */
function deepTower(): Tower {
  const tower = new Tower('query', data, tinySpec({ model: { query: { layers }, candidate: { layers } } }));
  for (const { values } of tower.embeddings) values.forEach((value, i) => (values[i] = value * 30));
  return tower;
}
const flatTower = () => new Tower('query', data, tinySpec());

/** Σ output², whose gradient at the output is 2·output. */
function squares(tower: Tower): number {
  const pass = tower.forward(entities);
  pass.dispose();
  return pass.output.reduce((sum, value) => sum + value * value, 0);
}

function gradientsOfSquares(tower: Tower): Gradient[] {
  const pass = tower.forward(entities);
  return pass.backward(pass.output.map((value) => 2 * value));
}

/** The gradient of one element, 0 for rows that the gradient does not name. */
function gradientAt({ parameter, rows, values }: Gradient, element: number): number {
  if (!rows) return values[element]!;
  const at = rows.indexOf(Math.floor(element / parameter.columns));
  return at < 0 ? 0 : values[at * parameter.columns + (element % parameter.columns)]!;
}

describe.each([
  ['without layers', flatTower],
  ['with dense layers', deepTower],
])('a tower %s', (_name, newTower) => {
  it('has gradients equal to finite differences, in every element of every parameter', () => {
    const tower = newTower();
    const gradients = gradientsOfSquares(tower);
    expect(gradients.map((g) => g.parameter.name).toSorted()).toEqual(
      tower.parameters.map((p) => p.name).toSorted(),
    );
    for (const gradient of gradients) {
      const { values } = gradient.parameter;
      for (let i = 0; i < values.length; i++) {
        const [kept, step] = [values[i]!, 4e-3];
        values[i] = kept + step;
        const above = squares(tower);
        values[i] = kept - step;
        const below = squares(tower);
        values[i] = kept;
        expect(gradientAt(gradient, i), `${gradient.parameter.name}[${i}]`).toBeCloseTo(
          (above - below) / (2 * step),
          2,
        );
      }
    }
  });

  it('names each embedding row once, and only rows of its entities', () => {
    const rowsOf = Object.fromEntries(
      gradientsOfSquares(newTower()).flatMap((g) =>
        g.rows ? [[g.parameter.name, Array.from(g.rows.toSorted())]] : [],
      ),
    );
    expect(rowsOf).toEqual({ 'query/embedding/user': [1, 2, 3], 'query/embedding/city': [1, 2] });
  });

  it('leaves no tensor behind', () => {
    const tower = newTower();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) gradientsOfSquares(tower);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('starts from the same numbers for the same seed', () => {
    expect(squares(newTower())).toBe(squares(newTower()));
  });
});
