/** Layers to hold against finite differences, and against each other on several backends. */
import { layerSchema } from '@trainyard/shared';
import type { z } from 'zod';
import { passThrough } from '../../../trainer-job/model/layers/hostPass.js';
import { LayerSequence } from '../../../trainer-job/model/layers/sequence.js';
import type { TrainingPass } from '../../../trainer-job/model/layers/layer.js';
import { randomFor } from '../../../trainer-job/model/random.js';

type LayerInput = z.input<typeof layerSchema>;

const dense = { type: 'dense', units: 3 } as const;
const smooth = { ...dense, activation: 'tanh' } as const;

/** Each with the layers it is of. */
export const LAYERS: readonly [name: string, layers: readonly LayerInput[]][] = [
  ...(['linear', 'relu', 'elu', 'gelu', 'tanh', 'sigmoid'] as const).map(
    (activation) => [`dense with ${activation}`, [{ ...dense, activation }]] as [string, LayerInput[]],
  ),
  ['dropout', [{ type: 'dropout', rate: 0.4 }]],
  ['batch normalization', [{ type: 'batchNorm', momentum: 0.9 }]],
  ['a cross network', [{ type: 'cross', depth: 3 }]],
  ['a cross network of low rank', [{ type: 'cross', depth: 2, rank: 2 }]],
  ['a residual', [{ type: 'residual', layers: [{ ...smooth, units: 4 }] }]],
  ['a residual with a projection', [{ type: 'residual', layers: [smooth, { type: 'batchNorm' }] }]],
  [
    'all of them together',
    [
      { type: 'batchNorm' },
      { type: 'cross', depth: 1 },
      { type: 'residual', layers: [smooth, { type: 'dropout', rate: 0.2 }] },
      { ...dense, activation: 'gelu' },
    ],
  ],
];

/** Width of what the sequences take. */
export const INPUTS = 4;

export function newLayers(layers: readonly LayerInput[]): LayerSequence {
  return new LayerSequence(
    'tower',
    INPUTS,
    layers.map((layer) => layerSchema.parse(layer)),
    (part) => randomFor(3, part),
  );
}

/** `count` numbers in ±`limit`. */
export function numbersFor(count: number, purpose: string, limit = 1): Float32Array {
  const random = randomFor(7, purpose);
  return Float32Array.from({ length: count }, () => (2 * random() - 1) * limit);
}

/** A training step in which row i occurs `counts[i]` times. */
export function stepOf(counts: Float32Array, step = 0): TrainingPass {
  return { counts, random: (name) => randomFor(5, `dropout ${step} ${name}`) };
}

/** Σ weights ⊙ output over the rows, all their occurrences, with its gradients. */
export function weightedSum(
  layers: LayerSequence,
  input: Float32Array,
  weights: Float32Array,
  training: TrainingPass,
) {
  const pass = passThrough(layers, input, training);
  const loss = pass.output.reduce((sum, value, i) => sum + value * weights[i]!, 0);
  return { loss, output: pass.output, ...pass.backward(weights) };
}
