import { TrainerError } from '../../errors/trainerError.js';

/** A `TrainerError` where the client found nobody to be; undefined for other errors. */
export function noCredentials(error: unknown): TrainerError | undefined {
  if (
    !(error instanceof Error) ||
    !/default credentials|project id in the current environment/i.test(error.message)
  )
    return undefined;
  return new TrainerError(
    'no-credentials',
    'there are no Google credentials on this machine',
    'a job gets them from its service account; on a machine of your own run "gcloud auth application-default login"',
    { stage: 'ingest', cause: error },
  );
}
