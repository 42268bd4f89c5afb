/** Parameters of a run there: written once, for they cannot be changed. */
import type { RunView } from '@trainyard/shared';
import type { FoundRun } from './answers.js';
import { parametersOf } from './content.js';
import { clipped, EARLIER_PARAMETER_BYTES, PARAMETER_BYTES, type Pair } from './limits.js';
import { log } from './runs.js';
import { MlflowError, type MlflowServer } from './server.js';

interface Place {
  mlflowRunId: string;
  found: FoundRun | null;
}

/** Writes those that are not there. Says which were cut, or differ there: a sentence each. */
export async function writeParameters(
  server: MlflowServer,
  { run, parameters }: { run: RunView; parameters: readonly string[] },
  { mlflowRunId, found }: Place,
): Promise<string[]> {
  const { params, cut } = parametersOf(run, parameters);
  const there = new Map(found?.data.params.map(({ key, value }) => [key, value]));
  const other = params.filter(({ key, value }) => there.has(key) && !isOf(there.get(key) ?? '', value));
  const missing = params.filter(({ key }) => !there.has(key));
  const cutThere = await logWithin(server, mlflowRunId, missing);
  const all = [...new Set([...cut, ...cutThere])];
  return [
    ...all.map((name) => `the parameter ${name} is longer than the server takes, and was cut`),
    ...other.map(({ key }) => `the parameter ${key} has another value there, which cannot be changed`),
  ];
}

/** Whether it is the value, whole or cut as it was for an older server. */
function isOf(there: string, value: string): boolean {
  return there === value || EARLIER_PARAMETER_BYTES.some((most) => there === clipped(value, most));
}

/** A server does not say how much it takes: where it refuses long values, shorter ones are tried. Returns the keys of those that were cut. */
async function logWithin(server: MlflowServer, runId: string, params: readonly Pair[]): Promise<string[]> {
  for (const most of [PARAMETER_BYTES, ...EARLIER_PARAMETER_BYTES]) {
    const sent = params.map(({ key, value }) => ({ key, value: clipped(value, most) }));
    try {
      await log(server, runId, { params: sent });
      return params.flatMap(({ key, value }, at) => (sent[at]?.value === value ? [] : [key]));
    } catch (error) {
      const next = EARLIER_PARAMETER_BYTES.find((each) => each < most);
      if (
        next === undefined ||
        !isTooLong(error) ||
        !sent.some(({ value }) => Buffer.byteLength(value) > next)
      )
        throw error;
    }
  }
  return [];
}

/** MLflow has one code for all that is wrong with a value. */
function isTooLong(error: unknown): boolean {
  return error instanceof MlflowError && error.code === 'INVALID_PARAMETER_VALUE';
}
