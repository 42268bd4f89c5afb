/** In words what BigQuery refused. Its messages name tables, places and lines of the query, never rows. */
import { noCredentials } from './noCredentials.js';
import { isTransient, thrown, type Thrown } from '../../cloud/retries.js';
import { TrainerError } from '../../errors/trainerError.js';
import type { TrainerErrorCode } from '@trainyard/shared/errors/trainerErrors';

/** What is not understood is handed back as it came. */
export function bigQueryProblem(error: unknown): unknown {
  const refusal = thrown(error);
  if (isTransient(error)) {
    return new TrainerError(
      'bigquery-unavailable',
      `BigQuery could not do what it was asked: ${short(refusal.message)}`,
      'the run can be started again; https://status.cloud.google.com tells of outages',
      { cause: error },
    );
  }
  const found = REFUSALS.find(({ is }) => is(refusal));
  if (!found) return noCredentials(error) ?? error;
  return new TrainerError(found.code, `${found.says}: ${short(refusal.message)}`, found.remedy, {
    stage: 'ingest',
    cause: error,
  });
}

/** The same for a job that BigQuery took and that failed. */
export function jobProblem({ reason, message }: { reason: string; message: string }): unknown {
  return bigQueryProblem(Object.assign(new Error(message), { errors: [{ reason, message }] }));
}

export function tooCostly(says: string): TrainerError {
  return new TrainerError('too-costly', says, TOO_COSTLY, { stage: 'ingest' });
}

const TOO_COSTLY =
  'select fewer columns, or raise dataset.source.bigquery.maxBytesBilled if that is what the data cost';

const short = (message: string) => message.slice(0, 500);
const isDenied = ({ status, reason }: Thrown) =>
  status === 403 || status === 401 || reason === 'accessDenied';
const isOfStorage = ({ message }: Thrown) => /storage\.objects|gs:\/\/|bucket/i.test(message);

/** The first that fits. */
const REFUSALS: { is: (refusal: Thrown) => boolean; code: TrainerErrorCode; says: string; remedy: string }[] =
  [
    {
      is: ({ reason }) => reason === 'bytesBilledLimitExceeded',
      code: 'too-costly',
      says: 'the query reads more than it may',
      remedy: TOO_COSTLY,
    },
    {
      is: ({ reason }) => reason === 'quotaExceeded' || reason === 'billingTierLimitExceeded',
      code: 'quota-exceeded',
      says: 'a quota of BigQuery is used up',
      remedy: 'wait until it is renewed, or ask for a higher one in the Google Cloud console',
    },
    {
      is: (refusal) => isDenied(refusal) && /bigquery\.jobs\./i.test(refusal.message),
      code: 'no-permission',
      says: 'BigQuery does not let the trainer run queries',
      remedy: 'grant the service account of the job roles/bigquery.jobUser on the project that is billed',
    },
    {
      is: (refusal) => isDenied(refusal) && isOfStorage(refusal),
      code: 'no-permission',
      says: 'BigQuery may not write to dataset.source.bigquery.exportUri',
      remedy: 'grant the service account of the job roles/storage.objectAdmin on the bucket of exportUri',
    },
    {
      is: isDenied,
      code: 'no-permission',
      says: 'BigQuery does not let the trainer read the data',
      remedy: 'grant the service account of the job roles/bigquery.dataViewer on each dataset that is read',
    },
    {
      is: ({ message }) =>
        /not found in location|in different locations|different regions?|location .*must match/i.test(
          message,
        ),
      code: 'location-mismatch',
      says: 'the data, dataset.source.bigquery.location and the bucket of exportUri are not in one place',
      remedy: 'name the location of the data, and export to a bucket there',
    },
    {
      is: ({ message }) => /time travel|invalid snapshot time|invalid time travel/i.test(message),
      code: 'snapshot-unavailable',
      says: 'the table cannot be read as of dataset.source.bigquery.asOf',
      remedy: 'name a time after the table was made, within the last seven days',
    },
    {
      is: ({ status, reason }) => status === 404 || reason === 'notFound',
      code: 'source-not-found',
      says: 'BigQuery finds something that dataset.source.bigquery names not',
      remedy:
        'correct the project, dataset, table or bucket; where the data are elsewhere, name their location',
    },
    {
      is: ({ status, reason }) => status === 400 || reason === 'invalidQuery' || reason === 'invalid',
      code: 'invalid-query',
      says: 'BigQuery cannot run dataset.source.bigquery',
      remedy: 'try the query in the BigQuery console, and correct it',
    },
  ];
