/** Every layer computes on TensorFlow what it computes on wasm. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useWasm } from '../support/training/backend.js';
import { INPUTS, LAYERS, newLayers, numbersFor, stepOf, weightedSum } from '../support/training/layers.js';
import { missingTensorflow, useTensorflow } from '../support/training/nativeTensorflow.js';

describe.skipIf(missingTensorflow)('on TensorFlow', () => {
  useTensorflow();

  it.each(LAYERS)('%s has the outputs and gradients that it has on wasm', async (_name, specs) => {
    const counts = Float32Array.of(1, 3, 2, 1, 4, 1);
    const input = numbersFor(counts.length * INPUTS, 'input', 2);
    const numbersOn = () => {
      const layers = newLayers(specs);
      const weights = numbersFor(counts.length * layers.width, 'weights');
      const { output, gradients, dInput } = weightedSum(layers, input, weights, stepOf(counts));
      return [
        output,
        dInput,
        ...gradients.map(({ values }) => values),
        ...layers.state.map(({ values }) => values),
      ];
    };
    await tf.setBackend('tensorflow');
    const native = numbersOn();
    await useWasm();
    const plain = numbersOn();
    await tf.setBackend('tensorflow');
    native.forEach((values, i) => values.forEach((value, j) => expect(value).toBeCloseTo(plain[i]![j]!, 4)));
  });
});
