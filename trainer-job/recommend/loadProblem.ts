import type { TrainerErrorCode } from '@trainyard/shared/errors/trainerErrors';
import { isUnreachable, thrown, UNREACHABLE_REMEDY } from '../cloud/retries.js';
import { bigQueryProblem } from '../data/cloud/bigQueryProblem.js';
import { TrainerError } from '../errors/trainerError.js';

interface Told {
  code: TrainerErrorCode;
  says: string;
  remedy: string;
}

/** What is told of tables that are written, by what is told of those that are read. */
const OF_WRITTEN: Partial<Record<TrainerErrorCode, Told>> = {
  'no-permission': {
    code: 'no-permission',
    says: 'BigQuery does not let the trainer write there',
    remedy:
      'grant the account that runs this roles/bigquery.dataEditor on the dataset and roles/bigquery.jobUser on the project',
  },
  'source-not-found': {
    code: 'invalid-settings',
    says: 'BigQuery finds no such dataset',
    remedy: 'make it ("bq mk --dataset PROJECT:DATASET"), correct its name, or name its location',
  },
  'location-mismatch': {
    code: 'location-mismatch',
    says: 'the dataset lies in another location',
    remedy: 'name the location of the dataset',
  },
  'invalid-query': {
    code: 'invalid-settings',
    says: 'BigQuery refuses the rows',
    remedy: 'name a table of its own for them, or remove the one that is there',
  },
};

/** In words why a table was not loaded; what is not understood is handed back as it came. */
export function loadProblem(error: unknown): unknown {
  if (isUnreachable(error)) {
    return new TrainerError(
      'bigquery-unavailable',
      `BigQuery cannot be reached from here: ${thrown(error).message.slice(0, 500)}`,
      UNREACHABLE_REMEDY,
      { cause: error },
    );
  }
  const problem = bigQueryProblem(error);
  const told = problem instanceof TrainerError ? OF_WRITTEN[problem.code] : undefined;
  if (!told) return problem;
  return new TrainerError(told.code, `${told.says}: ${thrown(error).message.slice(0, 500)}`, told.remedy, {
    cause: error,
  });
}
