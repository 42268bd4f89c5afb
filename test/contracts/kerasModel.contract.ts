/** Losses and layers must be, on every backend, what Keras and TensorFlow make of the same numbers. */
import * as tf from '@tensorflow/tfjs-core';
import { layerSchema, ratingLossSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { ACTIVATIONS } from '../../trainer-job/model/layers/activation.js';
import { passThrough } from '../../trainer-job/model/layers/hostPass.js';
import { LayerSequence } from '../../trainer-job/model/layers/sequence.js';
import { scoreCapacity } from '../../trainer-job/model/scoreCapacity.js';
import { randomFor } from '../../trainer-job/model/random.js';
import { ratingLoss } from '../../trainer-job/model/ratingLoss.js';
import { softmaxLoss } from '../../trainer-job/model/softmaxLoss.js';
import type { SoftmaxBatch } from '../../trainer-job/model/softmaxBatch.js';
import { modelGolden as golden } from '../support/training/modelGolden.js';
import { tinySpec } from '../support/training/tinyDataset.js';

const ROWS = 8;
const COLUMNS = 3;
const WIDTH = 4;

/** Within 1e-5 of the largest number, or of 1. */
function expectClose(found: ArrayLike<number>, expected: readonly number[]): void {
  const largest = Math.max(1, ...expected.map(Math.abs));
  const off = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
  expect(found).toHaveLength(expected.length);
  expect(off / largest).toBeLessThan(1e-5);
}

const negativeLog = (values: readonly number[]) => Float32Array.from(values, (value) => -Math.log(value));

/** [count] how often each number up to `count` occurs. */
function occurrences(of: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, number) => of.filter((value) => value === number).length);
}

function inBatch(variant: { samplingCorrection: boolean; removeAccidentalHits: boolean }): SoftmaxBatch {
  const { items, probability } = golden.inBatch;
  const logOwnWeights = negativeLog(variant.samplingCorrection ? probability : probability.map(() => 1));
  const times = occurrences(golden.rowItem, probability.length);
  return {
    queries: Float32Array.from(golden.users),
    items: Float32Array.from(items),
    width: WIDTH,
    rowQuery: Int32Array.from(golden.rowUser),
    rowItem: Int32Array.from(golden.rowItem),
    own: variant.removeAccidentalHits ? 'once' : 'among',
    logWeights: logOwnWeights.map((weight, item) => weight + Math.log(times[item]!)),
    logOwnWeights,
  };
}

/** The distinct items that were drawn, and behind them the others. */
function drawnFirst(): { order: number[]; competing: number } {
  const { drawn, expected } = golden.sampled;
  const first = [...new Set(drawn)];
  const others = expected.map((_, item) => item).filter((item) => !first.includes(item));
  return { order: [...first, ...others], competing: first.length };
}

function sampled(removeAccidentalHits: boolean): SoftmaxBatch {
  const { items, drawn, expected } = golden.sampled;
  const { order, competing } = drawnFirst();
  const logOwnWeights = negativeLog(order.map((item) => expected[item]!));
  const times = occurrences(drawn, expected.length);
  return {
    queries: Float32Array.from(golden.users),
    items: Float32Array.from(order.flatMap((item) => items.slice(item * WIDTH, (item + 1) * WIDTH))),
    width: WIDTH,
    competing,
    rowQuery: Int32Array.from(golden.rowUser),
    rowItem: Int32Array.from(golden.rowItem, (item) => order.indexOf(item)),
    own: removeAccidentalHits ? 'once' : 'added',
    logWeights: logOwnWeights
      .slice(0, competing)
      .map((weight, place) => weight + Math.log(times[order[place]!]!)),
    logOwnWeights,
  };
}

const MAX_SCORES = scoreCapacity(tinySpec());

function newLayers(layer: object): LayerSequence {
  return new LayerSequence('tower', COLUMNS, [layerSchema.parse(layer)], (part) => randomFor(1, part));
}

const input = Float32Array.from(golden.input);
const outputWeights = Float32Array.from(golden.outputWeights);

export function kerasModelContract(backend: string): void {
  describe(`on ${backend}, as Keras and TensorFlow have it`, () => {
    it.each(golden.inBatch.variants)('the softmax loss within the batch', (variant) => {
      const { loss, dQueries, dItems } = softmaxLoss(inBatch(variant), MAX_SCORES);
      expectClose([loss], [variant.loss]);
      expectClose(dQueries, variant.gradients[0]!);
      expectClose(dItems, variant.gradients[1]!);
    });

    it.each(golden.sampled.variants)('the sampled softmax loss', (variant) => {
      const { loss, dQueries, dItems } = softmaxLoss(sampled(variant.removeAccidentalHits), MAX_SCORES);
      const { order } = drawnFirst();
      const inOrder = order.flatMap((item) => variant.gradients[1]!.slice(item * WIDTH, (item + 1) * WIDTH));
      expectClose([loss], [variant.loss]);
      expectClose(dQueries, variant.gradients[0]!);
      expectClose(dItems, inOrder);
    });

    it.each([
      ['mse', {}],
      ['binaryCrossEntropy', {}],
      ['categoricalCrossEntropy', { classes: [0, 1, 2] }],
    ] as const)('the rating loss %s', (type, parts) => {
      const { targets, logits, loss, gradients } = golden.ratings[type];
      const { outputs, row } = ratingLoss(ratingLossSchema.parse({ type, ...parts }));
      const [given, slopes] = [Float32Array.from(logits), new Float32Array(logits.length)];
      const losses = targets.map((target, i) => row(given, i * outputs, target, slopes));
      expectClose([losses.reduce((sum, value) => sum + value, 0)], [loss]);
      expectClose(slopes, gradients[0]!);
    });

    it.each(Object.entries(golden.activations))('the activation %s', (name, { output, gradient }) => {
      const { apply, gradient: slope } = ACTIVATIONS[name as keyof typeof ACTIVATIONS];
      const z = tf.tensor2d(input, [ROWS, COLUMNS]);
      const y = apply(z);
      expectClose(y.dataSync(), output);
      expectClose(slope(tf.tensor2d(outputWeights, [ROWS, COLUMNS]), y, z).dataSync(), gradient);
    });

    it('batch normalization, while it trains and afterwards', () => {
      const { scale, shift, output, gradients, runningMean, runningVariance, inferred } = golden.batchNorm;
      const layers = newLayers({ type: 'batchNorm', momentum: 0.7, epsilon: 0.01 });
      [scale, shift].forEach((values, i) => layers.parameters[i]!.values.set(values));
      const training = {
        counts: new Float32Array(ROWS).fill(1),
        random: (name: string) => randomFor(1, name),
      };
      const pass = passThrough(layers, input, training);
      expectClose(pass.output, output);
      const { dInput, gradients: found } = pass.backward(outputWeights);
      expectClose(dInput, gradients[0]);
      found.forEach(({ values }, i) => expectClose(values, gradients[i + 1]!));
      expectClose(layers.state[0]!.values, runningMean);
      expectClose(layers.state[1]!.values, runningVariance);
      const after = passThrough(layers, input);
      expectClose(after.output, inferred);
      after.dispose();
    });
  });
}
