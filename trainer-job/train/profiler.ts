import * as tf from '@tensorflow/tfjs-core';
import { PHASES, type Phase } from './phaseClock.js';

/** Where the time of an epoch went. */
export interface Profile {
  epoch: number;
  steps: number;
  examples: number;
  /** Of the whole epoch, its evaluation last. */
  seconds: Record<Phase | 'evaluate', number>;
  millisecondsPerStep: Record<Phase, number>;
  /** The operations of one step that went through tfjs, by name; those that call TensorFlow directly are not among them. */
  operations: { name: string; calls: number; milliseconds: number; bytes: number }[];
}

/** Watches the first epoch that this process begins: the time of each phase, and the operations of one of its steps. */
export class Profiler {
  private epoch: number | undefined;
  private operations: Profile['operations'] | undefined;

  constructor(private readonly report: (profile: Profile) => Promise<void>) {}

  begin(epoch: number): void {
    this.epoch ??= epoch;
  }

  /** Whether this step is the one whose operations are told: not the first, which compiles and allocates. */
  wants(epoch: number, step: number, steps: number): boolean {
    return this.epoch === epoch && !this.operations && step === Math.min(2, steps - 1);
  }

  async operationsOf<T>(step: () => Promise<T>): Promise<T> {
    const results: T[] = [];
    const { kernels } = await tf.profile(async () => {
      results.push(await step());
      return [];
    });
    const byName = new Map<string, Profile['operations'][number]>();
    for (const { name, kernelTimeMs, bytesAdded } of kernels) {
      const row = byName.get(name) ?? { name, calls: 0, milliseconds: 0, bytes: 0 };
      const spent = await kernelTimeMs;
      row.calls += 1;
      row.milliseconds += typeof spent === 'number' ? spent : 0;
      row.bytes += Math.max(0, bytesAdded);
      byName.set(name, row);
    }
    this.operations = [...byName.values()].toSorted((a, b) => b.milliseconds - a.milliseconds);
    return results[0]!;
  }

  async end(
    epoch: number,
    steps: number,
    examples: number,
    seconds: Record<Phase, number>,
    evaluate: number,
  ): Promise<void> {
    if (this.epoch !== epoch) return;
    await this.report({
      epoch: epoch + 1,
      steps,
      examples,
      seconds: { ...seconds, evaluate },
      millisecondsPerStep: perStep(seconds, steps),
      operations: this.operations ?? [],
    });
  }
}

function perStep(seconds: Record<Phase, number>, steps: number): Record<Phase, number> {
  const result = { ...seconds };
  for (const phase of PHASES) result[phase] = (1000 * seconds[phase]) / Math.max(1, steps);
  return result;
}
