import * as tf from '@tensorflow/tfjs-core';

/** The calls of one operation of tfjs, by name; those that ask TensorFlow directly are not among them. */
export interface Operation {
  name: string;
  calls: number;
  milliseconds: number;
  bytes: number;
}

/** The operations of tfjs that `work` makes in this thread. */
export async function operationsOf<T>(
  work: () => Promise<T>,
): Promise<{ value: T; operations: Operation[] }> {
  const values: T[] = [];
  const { kernels } = await tf.profile(async () => {
    values.push(await work());
    return [];
  });
  const operations: Operation[] = [];
  for (const { name, kernelTimeMs, bytesAdded } of kernels) {
    const spent = await kernelTimeMs;
    const milliseconds = typeof spent === 'number' ? spent : 0;
    operations.push({ name, calls: 1, milliseconds, bytes: Math.max(0, bytesAdded) });
  }
  return { value: values[0]!, operations: summed(operations) };
}

/** By name, those that took longest first. */
export function summed(operations: readonly Operation[]): Operation[] {
  const byName = new Map<string, Operation>();
  for (const { name, calls, milliseconds, bytes } of operations) {
    const sum = byName.get(name) ?? { name, calls: 0, milliseconds: 0, bytes: 0 };
    sum.calls += calls;
    sum.milliseconds += milliseconds;
    sum.bytes += bytes;
    byName.set(name, sum);
  }
  return [...byName.values()].toSorted((a, b) => b.milliseconds - a.milliseconds);
}
