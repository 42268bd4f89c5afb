import { OUT_OF_MEMORY, type RunError, type StageName } from '@trainyard/shared';
import { AcceleratorError } from '../accelerator/acceleratorError.js';
import { BackendError } from '../backend/selectBackend.js';
import { DataError } from '../data/dataError.js';
import { SourceUnavailable } from '../data/sourceUnavailable.js';
import { SpecError } from '../model/specError.js';
import { RemoteError } from '../cloud/remoteError.js';
import { DivergedError } from '../train/loop/divergence.js';
import { WorkerLost } from '../train/workers/answers.js';

export interface Failure {
  error: RunError;
  /** False where trying again cannot help. */
  retriable: boolean;
}

const MAX_MESSAGE = 4000;
const MAX_REMEDY = 2000;

/** What went wrong, as the control plane is told. Only errors made for users are final: the rest may be the machine. */
export function failureOf(thrown: unknown, stage: StageName | null): Failure {
  const { code, message, remedy, retriable } = judge(thrown);
  return {
    error: {
      code,
      message: message.slice(0, MAX_MESSAGE),
      stage: thrown instanceof DataError ? thrown.stage : stage,
      remedy: remedy?.slice(0, MAX_REMEDY) ?? null,
    },
    retriable,
  };
}

function judge(thrown: unknown): Omit<RunError, 'stage'> & { retriable: boolean } {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof SpecError) {
    return { code: thrown.code, message, remedy: thrown.remedy, retriable: false };
  }
  if (thrown instanceof DivergedError) {
    return { code: 'diverged', message, remedy: thrown.remedy, retriable: false };
  }
  if (thrown instanceof DataError) {
    return { code: thrown.code, message, remedy: thrown.remedy, retriable: false };
  }
  if (thrown instanceof SourceUnavailable) {
    return { code: thrown.code, message, remedy: thrown.remedy, retriable: true };
  }
  if (thrown instanceof AcceleratorError) {
    return { code: thrown.code, message, remedy: thrown.remedy, retriable: thrown.retriable };
  }
  if (thrown instanceof BackendError) {
    return { code: 'backend-unavailable', message, remedy: thrown.remedy, retriable: false };
  }
  if (thrown instanceof RemoteError) {
    return { code: thrown.code, message, remedy: thrown.remedy, retriable: thrown.retriable };
  }
  if (thrown instanceof WorkerLost && !isOutOfMemory(message)) {
    return {
      code: 'worker-lost',
      message,
      remedy:
        'it goes on from the last checkpoint; where it happens again, train with fewer workers (TRAINYARD_WORKERS)',
      retriable: true,
    };
  }
  if (isOutOfMemory(message)) {
    return {
      code: OUT_OF_MEMORY,
      message,
      remedy:
        'lower training.batchSize or the embedding dims, raise minCount, or choose a tier with more memory',
      retriable: true,
    };
  }
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC') {
    return {
      code: 'disk-full',
      message,
      remedy: 'give the job more disk, or clear its cache',
      retriable: true,
    };
  }
  return { code: 'trainer-error', message, remedy: null, retriable: true };
}

/** What Node, wasm, TensorFlow and DuckDB say when memory is short. */
function isOutOfMemory(message: string): boolean {
  return /out of memory|\bOOM\b|allocation failed|cannot allocate memory|resource[ _]?exhausted|bad_alloc/i.test(
    message,
  );
}
