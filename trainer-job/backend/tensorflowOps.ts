/**
 * TensorFlow's own ops, by way of the node binding: those that tfjs lacks, or makes several passes of. There are none on
 * other backends; whoever uses one has a formulation in plain tfjs ops too, and a test that both give the same.
 */
import { isMainThread } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { asksOneDnnItself } from '../settings/tensorflow.js';

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** What the binding calls kinds of attributes and types of numbers. */
const CONSTANTS = ['TF_ATTR_BOOL', 'TF_ATTR_TYPE', 'TF_BOOL', 'TF_FLOAT', 'TF_INT32', 'TF_UINT8'] as const;

/** What the binding's backend offers beyond tfjs; it has no types of its own. */
interface NativeBackend {
  binding: Record<(typeof CONSTANTS)[number], number>;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: tf.Tensor[]): tf.Tensor;
}

const nativeBackendSchema = z.custom<NativeBackend>(
  (backend) => z.object({ binding: z.record(z.enum(CONSTANTS), z.number()) }).safeParse(backend).success,
);

/**
 * A product so small that oneDNN leaves it to the thread which asks, and so long that it takes the heap for its stack: a signal
 * then writes over other data (docs/decisions/0028-onednn.md). With more columns, other threads compute it. The bounds are
 * those of processors with AVX-512, which are the wider ones.
 */
const FEW = 128;
const FEW_NUMBERS = 64 * 64;
const SHORT = 64;
/** Then this thread, which signals interrupt, computes every product itself: of long sums it makes several short ones. */
const inShortSums = () => isMainThread && asksOneDnnItself();

export class TensorflowOps {
  private readonly float: Attribute;

  constructor(private readonly backend: NativeBackend) {
    const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
    this.float = { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT };
  }

  /** a·b, either of them transposed first, without a copy. */
  matMul(a: tf.Tensor2D, b: tf.Tensor2D, transposeA = false, transposeB = false): tf.Tensor2D {
    const [rows, inner] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
    const columns = transposeB ? b.shape[0] : b.shape[1];
    if (inner > SHORT && inShortSums()) return this.sumOfProducts(a, b, transposeA, transposeB);
    const isSmall = rows < FEW && columns < FEW && rows * columns < FEW_NUMBERS;
    if (inner <= SHORT || !isSmall || !isMainThread) return this.product(a, b, transposeA, transposeB);
    return tf.tidy(() => {
      const enough = Math.min(FEW + 1, Math.ceil(FEW_NUMBERS / rows));
      const added: [number, number] = [0, enough - columns];
      const wide = tf.pad(b, transposeB ? [added, [0, 0]] : [[0, 0], added]);
      return tf.slice(this.product(a, wide, transposeA, transposeB), 0, [rows, columns]);
    });
  }

  /** x [n, p] with bias [p] added to each row: a kernel for this, where tf.add has one for all shapes. */
  biasAdd(x: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
    return this.run('BiasAdd', [this.float], [x, bias]) as tf.Tensor2D;
  }

  /** [p] the sums of the columns of dy [n, p], in a third of the time of tf.sum. */
  biasAddGrad(dy: tf.Tensor2D): tf.Tensor1D {
    return this.run('BiasAddGrad', [this.float], [dy]) as tf.Tensor1D;
  }

  relu(x: tf.Tensor2D): tf.Tensor2D {
    return this.run('Relu', [this.float], [x]) as tf.Tensor2D;
  }

  /** `dy` where `y`, the output of a relu, is positive; 0 elsewhere. */
  reluGrad(dy: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D {
    return this.run('ReluGrad', [this.float], [dy, y]) as tf.Tensor2D;
  }

  /** Truth values [..., 4] as words [...] of four bytes, each 0 or 1: sums of up to 255 words are four sums at once. */
  truthWords(x: tf.Tensor): tf.Tensor {
    const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_BOOL, TF_INT32, TF_UINT8 } = this.backend.binding;
    const type = (name: string, value: number) => ({ name, type: TF_ATTR_TYPE, value });
    return tf.tidy(() => {
      const truncate = { name: 'Truncate', type: TF_ATTR_BOOL, value: false };
      const bytes = this.run('Cast', [type('SrcT', TF_BOOL), type('DstT', TF_UINT8), truncate], [x]);
      return this.run('Bitcast', [type('T', TF_UINT8), type('type', TF_INT32)], [bytes]);
    });
  }

  /** The product as a sum of such whose own sums are short. */
  private sumOfProducts(
    a: tf.Tensor2D,
    b: tf.Tensor2D,
    transposeA: boolean,
    transposeB: boolean,
  ): tf.Tensor2D {
    const inner = a.shape[transposeA ? 0 : 1];
    const part = (x: tf.Tensor2D, axis: 0 | 1, from: number, size: number) =>
      axis === 0 ? tf.slice(x, [from, 0], [size, x.shape[1]]) : tf.slice(x, [0, from], [x.shape[0], size]);
    return tf.tidy(() => {
      const parts: tf.Tensor2D[] = [];
      for (let from = 0; from < inner; from += SHORT) {
        const size = Math.min(SHORT, inner - from);
        const [left, right] = [
          part(a, transposeA ? 0 : 1, from, size),
          part(b, transposeB ? 1 : 0, from, size),
        ];
        parts.push(this.product(left, right, transposeA, transposeB));
      }
      return tf.addN(parts);
    });
  }

  private product(a: tf.Tensor2D, b: tf.Tensor2D, transposeA: boolean, transposeB: boolean): tf.Tensor2D {
    const attributes = [
      this.flag('transpose_a', transposeA),
      this.flag('transpose_b', transposeB),
      this.float,
    ];
    return this.run('MatMul', attributes, [a, b]) as tf.Tensor2D;
  }

  private run(name: string, attributes: Attribute[], inputs: tf.Tensor[]): tf.Tensor {
    return this.backend.executeSingleOutput(name, attributes, inputs);
  }

  private flag(name: string, value: boolean): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_BOOL, value };
  }
}

const known = new WeakMap<object, TensorflowOps>();

/** The ops of the backend in use, if it is TensorFlow. */
export function tensorflowOps(): TensorflowOps | undefined {
  if (tf.getBackend() !== 'tensorflow') return undefined;
  const backend = tf.backend();
  const ops = known.get(backend) ?? new TensorflowOps(nativeBackendSchema.parse(backend));
  known.set(backend, ops);
  return ops;
}
