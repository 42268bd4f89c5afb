import { isTransient, thrown } from './retries.js';
import { TrainerError } from '../errors/trainerError.js';

/** An error in words; what is not understood is handed back as it came. */
export function remoteProblem(error: unknown, uri: string): unknown {
  if (error instanceof TrainerError) return error;
  const { status, message } = thrown(error);
  const said = message.slice(0, 300);
  if (isTransient(error)) {
    return new TrainerError(
      'storage-unavailable',
      `${uri} could not be reached after several attempts: ${said}`,
      'the run can be started again; https://status.cloud.google.com tells of outages',
      { cause: error },
    );
  }
  switch (status) {
    case 401:
    case 403:
      return new TrainerError(
        'no-storage-permission',
        `Cloud Storage refuses access to ${uri}: ${said}`,
        'grant the service account of the job the role roles/storage.objectUser on the bucket: it reads, writes and deletes there',
        { cause: error },
      );
    case 404:
      return new TrainerError(
        'storage-not-found',
        `there is no ${uri}: ${said}`,
        'create the bucket, or correct the address; what a lifecycle rule has deleted is made again by a new run',
        { cause: error },
      );
    default:
      if (!/default credentials/i.test(message)) return error;
      return new TrainerError(
        'no-credentials',
        `there are no Google credentials on this machine to reach ${uri}`,
        'a job gets them from its service account; on a machine of your own run "gcloud auth application-default login"',
        { cause: error },
      );
  }
}
