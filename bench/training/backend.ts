import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { selectBackend, type SelectedBackend } from '@trainyard/trainer-job/backend/selectBackend';
import { fitThreads } from '@trainyard/trainer-job/backend/threads';
import { backendChoiceSchema, type WorkerChoice } from '@trainyard/trainer-job/settings/variables';
import { printProgress } from '../progress.js';

export const BACKEND_USAGE = '[--backend auto|tensorflow|wasm|cpu]';

/** Loads the backend that the flags ask for, for trainings of `spec` as the trainer does, and says which it is. */
export async function backendOf(
  flag: string,
  spec?: TrainingSpecInput,
  workers: WorkerChoice = 1,
): Promise<SelectedBackend> {
  if (spec) fitThreads(trainingSpecSchema.parse(spec), workers);
  const backend = await selectBackend(backendChoiceSchema.parse(flag));
  printProgress(`backend ${backend.name}: ${backend.reason}`);
  return backend;
}
