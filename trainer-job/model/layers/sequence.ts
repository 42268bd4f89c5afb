import * as tf from '@tensorflow/tfjs-core';
import { assertNever, type Layer as LayerSpec } from '@trainyard/shared';
import type { Gradient, Parameter } from '../parameter.js';
import type { Random } from '../random.js';
import { BatchNormLayer } from './batchNorm.js';
import { CrossLayer } from './cross.js';
import { DenseLayer } from './dense.js';
import { DropoutLayer } from './dropout.js';
import type { Backward, Layer, Pass } from './layer.js';
import { ResidualLayer } from './residual.js';

/** Layers one after the other, named by kind and position: `query/dense0`, `query/dropout1`. */
export class LayerSequence implements Layer {
  readonly width: number;
  private readonly layers: readonly Layer[];

  /** `random` gives the starting numbers of a part, such as `dense 0`. */
  constructor(
    name: string,
    readonly inputs: number,
    specs: readonly LayerSpec[],
    random: (part: string) => Random,
  ) {
    let width = inputs;
    this.layers = specs.map((spec, i) => {
      const own = (part: string) => random([spec.type, i, part].join(' ').trimEnd());
      const layer = newLayer(`${name}/${spec.type}${i}`, width, spec, own);
      width = layer.width;
      return layer;
    });
    this.width = width;
  }

  get parameters(): readonly Parameter[] {
    return this.layers.flatMap((layer) => layer.parameters);
  }

  get state(): readonly Parameter[] {
    return this.layers.flatMap((layer) => layer.state);
  }

  get isEmpty(): boolean {
    return this.layers.length === 0;
  }

  forward(x: tf.Tensor2D, pass: Pass): { y: tf.Tensor2D; backward: Backward } {
    const steps: Backward[] = [];
    let y = x;
    for (const layer of this.layers) {
      const step = layer.forward(y, pass);
      steps.push(step.backward);
      y = step.y;
    }
    return { y, backward: (dy) => backThrough(steps, dy) };
  }
}

function backThrough(steps: readonly Backward[], dOutput: tf.Tensor2D): ReturnType<Backward> {
  const gradients: Gradient[] = [];
  let dy = tf.clone(dOutput);
  for (const backward of steps.toReversed()) {
    const step = backward(dy);
    gradients.push(...step.gradients);
    dy.dispose();
    dy = step.dx;
  }
  return { gradients, dx: dy };
}

function newLayer(name: string, inputs: number, spec: LayerSpec, random: (part: string) => Random): Layer {
  switch (spec.type) {
    case 'dense':
      return new DenseLayer(name, inputs, spec, random(''));
    case 'dropout':
      return new DropoutLayer(name, inputs, spec);
    case 'batchNorm':
      return new BatchNormLayer(name, inputs, spec);
    case 'cross':
      return new CrossLayer(name, inputs, spec, random(''));
    case 'residual': {
      const inner = new LayerSequence(name, inputs, spec.layers, random);
      return new ResidualLayer(name, inputs, inner, random('projection'));
    }
    default:
      return assertNever(spec);
  }
}
