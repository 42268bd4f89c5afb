import { cutText, type RunError, type StageName } from '@trainyard/shared';
import { machineFault } from '../errors/machineFault.js';
import { TrainerError } from '../errors/trainerError.js';

export interface Failure {
  error: RunError;
  /** False where trying again cannot help. */
  retriable: boolean;
}

const MAX_MESSAGE = 4000;
const MAX_REMEDY = 2000;

/** What went wrong, as the control plane is told. Only errors made for users are final: the rest may be the machine. */
export function failureOf(thrown: unknown, stage: StageName | null): Failure {
  const { code, message, remedy, retriable, context } = asTrainerError(thrown);
  return {
    error: {
      code,
      message: cutText(message, MAX_MESSAGE),
      stage: context.stage ?? stage,
      remedy: remedy === null ? null : cutText(remedy, MAX_REMEDY),
    },
    retriable,
  };
}

function asTrainerError(thrown: unknown): TrainerError {
  if (thrown instanceof TrainerError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return machineFault(thrown) ?? new TrainerError('trainer-error', message, null, { cause: thrown });
}
