import { isTransient, thrown } from './retries.js';

/** What must last could not be stored in Cloud Storage, or brought from there. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  constructor(
    /** Kebab-case, stable. */
    readonly code: string,
    message: string,
    readonly remedy: string,
    /** False where trying again cannot help. */
    readonly retriable: boolean,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** An error in words; what is not understood is handed back as it came. */
export function remoteProblem(error: unknown, uri: string): unknown {
  if (error instanceof RemoteError) return error;
  const { status, message } = thrown(error);
  const said = message.slice(0, 300);
  if (isTransient(error)) {
    return new RemoteError(
      'storage-unavailable',
      `${uri} could not be reached after several attempts: ${said}`,
      'the run can be started again; https://status.cloud.google.com tells of outages',
      true,
      error,
    );
  }
  switch (status) {
    case 401:
    case 403:
      return new RemoteError(
        'no-storage-permission',
        `Cloud Storage refuses access to ${uri}: ${said}`,
        'grant the service account of the job the role roles/storage.objectUser on the bucket: it reads, writes and deletes there',
        false,
        error,
      );
    case 404:
      return new RemoteError(
        'storage-not-found',
        `there is no ${uri}: ${said}`,
        'create the bucket, or correct the address; what a lifecycle rule has deleted is made again by a new run',
        false,
        error,
      );
    default:
      if (!/default credentials/i.test(message)) return error;
      return new RemoteError(
        'no-credentials',
        `there are no Google credentials on this machine to reach ${uri}`,
        'a job gets them from its service account; on a machine of your own run "gcloud auth application-default login"',
        false,
        error,
      );
  }
}
