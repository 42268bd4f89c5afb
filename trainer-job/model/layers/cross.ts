import * as tf from '@tensorflow/tfjs-core';
import type { LayerOf } from '@trainyard/shared';
import { initializeWeights } from '../initialize.js';
import { matMul, matMulTransposed, transposedMatMul } from '../matrix.js';
import {
  denseGradient,
  newParameter,
  newVector,
  tensorOf,
  type Gradient,
  type Parameter,
} from '../parameter.js';
import type { Random } from '../random.js';
import type { Backward, Layer, Pass } from './layer.js';

/** One step of a cross network: its W as one matrix, or as the product of two. */
interface CrossStep {
  factors: readonly Parameter[];
  bias: Parameter;
}

/**
 * The cross network of DCN-v2 (Wang et al., 2021): from x₀ = x [rows, width], `depth` times x ← x₀ ⊙ (x W + b) + x. Each
 * step raises the degree of the products of features by one. With a `rank` r, W = U V with U [width, r] and V [r, width].
 */
export class CrossLayer implements Layer {
  readonly state = [];
  private readonly steps: readonly CrossStep[];

  constructor(
    name: string,
    readonly width: number,
    { depth, rank }: LayerOf<'cross'>,
    random: Random,
  ) {
    const weights = (of: string, rows: number, columns: number) => {
      const parameter = newParameter(`${name}/${of}`, rows, columns);
      initializeWeights(parameter, 'glorotUniform', random);
      return parameter;
    };
    this.steps = Array.from({ length: depth }, (_, i) => ({
      factors: rank
        ? [weights(`down${i}`, width, rank), weights(`up${i}`, rank, width)]
        : [weights(`weights${i}`, width, width)],
      bias: newVector(`${name}/bias${i}`, width),
    }));
  }

  get parameters(): readonly Parameter[] {
    return this.steps.flatMap(({ factors, bias }) => [...factors, bias]);
  }

  forward(x0: tf.Tensor2D, pass: Pass): { y: tf.Tensor2D; backward: Backward } {
    const done: ReturnType<typeof forwardStep>[] = [];
    let x = x0;
    for (const step of this.steps) {
      const next = forwardStep(step, x0, x, pass);
      done.push(next);
      x = next.y;
    }
    return { y: x, backward: (dy) => backwardSteps(done, x0, dy) };
  }
}

function forwardStep({ factors, bias }: CrossStep, x0: tf.Tensor2D, x: tf.Tensor2D, { keep }: Pass) {
  const weights = factors.map((factor) => keep(tensorOf(factor)));
  // x, x U, x U V: the inputs of the products, and their end.
  const products = [x];
  for (const weight of weights) products.push(keep(matMul(products.at(-1) ?? x, weight)));
  const linear = keep(tf.tidy(() => tf.add<tf.Tensor2D>(products.at(-1) ?? x, tensorOf(bias))));
  const y = keep(tf.tidy(() => tf.add<tf.Tensor2D>(tf.mul(x0, linear), x)));
  /** The gradients of the parameters, and of x by way of the products alone, from that at `linear`. */
  const backward = (dLinear: tf.Tensor2D): { gradients: Gradient[]; dx: tf.Tensor2D } => {
    const gradients = [denseGradient(bias, tf.sum(dLinear, 0))];
    let dx = dLinear;
    for (let f = factors.length - 1; f >= 0; f--) {
      gradients.push(denseGradient(factors[f]!, transposedMatMul(products[f]!, dx)));
      const next = matMulTransposed(dx, weights[f]!);
      if (dx !== dLinear) dx.dispose();
      dx = next;
    }
    return { gradients, dx };
  };
  return { y, linear, backward };
}

/** dx₀ gathers dy ⊙ (x W + b) of every step; dx goes back through the products and past them. */
function backwardSteps(
  steps: readonly ReturnType<typeof forwardStep>[],
  x0: tf.Tensor2D,
  dOutput: tf.Tensor2D,
): ReturnType<Backward> {
  const gradients: Gradient[] = [];
  let dy = tf.clone(dOutput);
  let dx0: tf.Tensor2D = tf.zerosLike(x0);
  const replace = (old: tf.Tensor2D, make: () => tf.Tensor2D) => {
    const made = tf.tidy(make);
    old.dispose();
    return made;
  };
  for (const { linear, backward } of steps.toReversed()) {
    const dLinear = tf.mul<tf.Tensor2D>(dy, x0);
    const step = backward(dLinear);
    gradients.push(...step.gradients);
    dx0 = replace(dx0, () => tf.add(dx0, tf.mul(dy, linear)));
    dy = replace(dy, () => tf.add(dy, step.dx));
    tf.dispose([dLinear, step.dx]);
  }
  const dx = tf.add<tf.Tensor2D>(dy, dx0);
  tf.dispose([dy, dx0]);
  return { gradients, dx };
}
