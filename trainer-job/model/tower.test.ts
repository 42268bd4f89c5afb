import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { useWasm } from '../../test/support/training/backend.js';
import { embeddingOf, tinySpec } from '../../test/support/training/tinyDataset.js';
import { towerInMemory } from '../data/encodedDataset.js';
import type { Gradient } from './parameter.js';
import { Tower } from './tower.js';

beforeAll(useWasm);

/**
 * Four entities with an id of their own: 1 and 2 share a city; the words are bags, one with a repeated word, one empty; two
 * numbers stand between the embeddings.
 */
const data = towerInMemory(
  [
    embeddingOf('user', 4, 3),
    { name: 'spent', columns: ['spent'], transform: 'normalize', kind: 'numbers', width: 2 },
    embeddingOf('city', 3, 2),
    embeddingOf('words', 5, 2, 3),
  ],
  0,
  {
    indices: Int32Array.from(
      [
        [0, 0, -1, -1, -1],
        [1, 2, 1, 3, 1],
        [2, 2, 4, -1, -1],
        [3, 1, -1, -1, -1],
      ].flat(),
    ),
    numbers: Float32Array.of(0, 0, 0.5, -1, 2, 0.25, -0.75, 1),
  },
);
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
  const pass = tower.forward(data.rows(entities));
  pass.dispose();
  return pass.output.reduce((sum, value) => sum + value * value, 0);
}

function gradientsOfSquares(tower: Tower): Gradient[] {
  const pass = tower.forward(data.rows(entities));
  return pass.backward(pass.output.map((value) => 2 * value));
}

/** The gradient of one element, 0 for rows that the gradient does not name. */
function gradientAt({ parameter, rows, values }: Gradient, element: number): number {
  if (!rows) return values[element]!;
  const at = rows.indexOf(Math.floor(element / parameter.columns));
  return at < 0 ? 0 : values[at * parameter.columns + (element % parameter.columns)]!;
}

describe('the input of a tower', () => {
  it('is the embeddings, the means of bags and the numbers side by side, 0 for an empty bag', () => {
    const tower = flatTower();
    const [users, cities, words] = tower.embeddings.map(
      ({ values, columns }) =>
        (row: number) =>
          Array.from(values.subarray(row * columns, (row + 1) * columns)),
    );
    const { output } = tower.forward(data.rows(Int32Array.of(1, 3)));
    const bag = [0, 1].map((d) => (2 * words!(1)[d]! + words!(3)[d]!) / 3);
    const expected = [
      ...users!(1),
      0.5,
      -1,
      ...cities!(2),
      ...bag,
      ...users!(3),
      -0.75,
      1,
      ...cities!(1),
      0,
      0,
    ];
    expect(output).toHaveLength(expected.length);
    expected.forEach((value, i) => expect(output[i]).toBeCloseTo(value, 7));
  });
});

describe.each(['sum', 'sqrtN'] as const)('a bag whose pooling is %s', (pooling) => {
  const features = data.features.map((feature) =>
    feature.name === 'words' ? { ...feature, pooling } : feature,
  );
  const pooledTower = () => new Tower('query', { ...data, features }, tinySpec());

  it('weighs each of its rows so, and its gradients are equal to finite differences', () => {
    const tower = pooledTower();
    const words = tower.embeddings[2]!.values;
    const { output } = tower.forward(data.rows(Int32Array.of(1)));
    const by = pooling === 'sum' ? 1 : Math.sqrt(3);
    for (const d of [0, 1]) expect(output[7 + d]).toBeCloseTo((2 * words[2 + d]! + words[6 + d]!) / by, 6);
    const gradient = gradientsOfSquares(tower).find(({ parameter }) => parameter === tower.embeddings[2])!;
    for (let i = 0; i < words.length; i++) {
      const [kept, step] = [words[i]!, 4e-3];
      const at = (value: number) => {
        words[i] = value;
        return squares(tower);
      };
      const slope = (at(kept + step) - at(kept - step)) / (2 * step);
      words[i] = kept;
      expect(gradientAt(gradient, i)).toBeCloseTo(slope, 2);
    }
  });
});

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
    expect(rowsOf).toEqual({
      'query/embedding/user': [1, 2, 3],
      'query/embedding/city': [1, 2],
      'query/embedding/words': [1, 3, 4],
    });
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
