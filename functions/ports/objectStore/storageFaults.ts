/** What goes wrong with Cloud Storage: what is tried again, and what the rest means in words. */
import { setTimeout as pause } from 'node:timers/promises';
import { cutText, BROKEN_CONNECTION, isTransientStatus, saysBrokenConnection } from '@trainyard/shared';
import { z } from 'zod';

/** Cloud Storage refused, or could not be reached after several attempts. The message says what to do. */
class StorageError extends Error {
  override readonly name = 'StorageError';
}

const TRIES = 5;
const CAP_MS = 8_000;

/** Makes a request again where it failed for a moment, after pauses that double, with full jitter. */
export async function withRetries<T>(work: () => Promise<T>, baseMs = 250): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || failures + 1 === TRIES) throw error;
      await pause(Math.random() * Math.min(CAP_MS, baseMs * 2 ** failures));
    }
  }
}

/** The status stands in `code` or, of some requests, in `status`. */
const thrownSchema = z.object({
  code: z.union([z.number(), z.string()]).optional().catch(undefined),
  status: z.number().optional().catch(undefined),
});

/** Of HTTP; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  const { status, code } = thrownSchema.catch({}).parse(error);
  const number = Number(code);
  return status ?? (Number.isInteger(number) ? number : undefined);
}

const TRANSIENT_CODE = new Set([...BROKEN_CONNECTION, 'CONTENT_DOWNLOAD_MISMATCH', 'FILE_NO_UPLOAD']);

function isTransient(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return isTransientStatus(status);
  const { code } = thrownSchema.catch({}).parse(error);
  if (typeof code === 'string') return TRANSIENT_CODE.has(code);
  return error instanceof Error && saysBrokenConnection(error.message);
}

/** An error in words; what is not understood is handed back as it came. `key` is null for a whole bucket. */
export function storageProblem(error: unknown, bucket: string, key: string | null): unknown {
  if (!(error instanceof Error) || error instanceof StorageError) return error;
  const what = key === null ? `the objects of gs://${bucket}` : `gs://${bucket}/${key}`;
  const said = cutText(error.message, 300);
  if (isTransient(error)) {
    return new StorageError(`${what} could not be reached after several attempts: ${said}`, { cause: error });
  }
  switch (statusOf(error)) {
    case 401:
    case 403:
      return new StorageError(
        `Cloud Storage refuses access to ${what}: grant the service account of this function the role ` +
          `roles/storage.objectUser on the bucket ${bucket} ("trainyard doctor" says which). It said: ${said}`,
        { cause: error },
      );
    case 404:
      return new StorageError(
        `there is no bucket ${bucket} in Cloud Storage: create it (Terraform does), or correct TRAINYARD_BUCKET`,
        { cause: error },
      );
    default:
      if (!/default credentials/i.test(said)) return error;
      return new StorageError(
        'there are no Google credentials on this machine: a function gets them from its service account; ' +
          'on a machine of your own run "gcloud auth application-default login"',
        { cause: error },
      );
  }
}
