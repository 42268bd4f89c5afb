import { operationsOf, type Operation } from '../workers/operations.js';
import { PHASES, type Phase } from '../batch/phaseClock.js';

/** Where the time of an epoch went. */
export interface Profile {
  epoch: number;
  steps: number;
  examples: number;
  /** Of the whole epoch, its evaluation last. */
  seconds: Record<Phase | 'evaluate', number>;
  millisecondsPerStep: Record<Phase, number>;
  /** Of one step; with several workers those of the first. */
  operations: Operation[];
}

type Watch = <T>(work: () => Promise<T>) => Promise<{ value: T; operations: Operation[] }>;

/** Watches the first epoch that this process begins: the time of each phase, and the operations of one of its steps. */
export class Profiler {
  private epoch: number | undefined;
  private operations: Profile['operations'] | undefined;

  /** `watch` tells the operations of some work: those of this thread, unless others do it. */
  constructor(
    private readonly report: (profile: Profile) => Promise<void>,
    private readonly watch: Watch = operationsOf,
  ) {}

  begin(epoch: number): void {
    this.epoch ??= epoch;
  }

  /** Whether this step is the one whose operations are told: not the first, which compiles and allocates. */
  wants(epoch: number, step: number, steps: number): boolean {
    return this.epoch === epoch && !this.operations && step === Math.min(2, steps - 1);
  }

  async operationsOf<T>(step: () => Promise<T>): Promise<T> {
    const { value, operations } = await this.watch(step);
    this.operations = operations;
    return value;
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
