import type { StepNumber } from '../batch/competition.js';

/** Who computes the steps of a training: its own thread, or workers together. */
export interface StepComputer {
  /** Adds the gradients of a batch to those of the step; returns its summed loss. */
  add(batch: Int32Array, at: StepNumber): Promise<number>;
  /** Begins the step anew. */
  forget(): void;
  /** Adds the gradients of the penalties, clips, and changes the parameters; the next step begins. */
  apply(rate: number): Promise<void>;
}
