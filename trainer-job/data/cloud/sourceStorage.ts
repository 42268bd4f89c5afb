import { noCredentials } from './noCredentials.js';
import { isTransient, thrown } from '../../cloud/retries.js';
import {
  objectReader,
  storageClient,
  type ObjectReader,
  type RequestContext,
  type StoredObject,
} from '../../cloud/storage.js';
import { TrainerError } from '../../errors/trainerError.js';

/** Objects that a specification names as its source. What Cloud Storage refuses is said in terms of the specification. */
export async function openSourceStorage(context: RequestContext): Promise<ObjectReader> {
  return objectReader(await storageClient(context.cloud), context, storageProblem);
}

/** In words what Cloud Storage refused; what is not understood is handed back as it came. */
function storageProblem(error: unknown, bucket: string, object: StoredObject | null): unknown {
  const { status, message } = thrown(error);
  const what = object ? `gs://${bucket}/${object.name}` : `the objects of gs://${bucket}`;
  if (isTransient(error)) {
    return new TrainerError(
      'storage-unavailable',
      `${what} could not be read after several attempts: ${message.slice(0, 300)}`,
      'the run can be started again; https://status.cloud.google.com tells of outages',
      { cause: error },
    );
  }
  switch (status) {
    case 401:
    case 403:
      return new TrainerError(
        'no-permission',
        `Cloud Storage does not let the trainer read ${what}`,
        `grant the service account of the job the role roles/storage.objectViewer on the bucket ${bucket}`,
        { stage: 'ingest', cause: error },
      );
    case 404:
    case 412:
      return object ? changed(what, error) : noBucket(bucket, error);
    default:
      return noCredentials(error) ?? error;
  }
}

/** The object was listed a moment ago, but that generation of it is there no more. */
function changed(what: string, error: unknown): TrainerError {
  return new TrainerError(
    'source-changed',
    `${what} was replaced or deleted while the run was reading it`,
    'start runs when the data are written, or write each version to a folder of its own',
    { cause: error },
  );
}

function noBucket(bucket: string, error: unknown): TrainerError {
  return new TrainerError(
    'source-not-found',
    `there is no bucket ${bucket} in Cloud Storage`,
    'correct the bucket in dataset',
    { stage: 'ingest', cause: error },
  );
}
