/** One job per attempt on a platform that takes no request id: look, start, look again. */
import { launchError, mayHaveHappened, notKnown } from './grpcProblem.js';
import { inFlightOnce } from './inFlightOnce.js';
import { LaunchRejectedError, type LaunchRequest } from './jobLauncher.js';
import type { JobPlace } from './platformProblem.js';

export interface StartedJob {
  name: string;
  /** An instant as ISO 8601, by the platform's clock; null where it is not told. */
  createdAt: string | null;
}

/** One attempt's view of a platform. */
export interface AttemptJobs {
  /** All jobs of the attempt, however they stand. */
  find(): Promise<StartedJob[]>;
  start(): Promise<StartedJob>;
  stop(name: string): Promise<void>;
}

/**
 * The name of the attempt's one job, started unless it was before. An answer that was lost is looked for; where nothing is found
 * it is not known whether a job was started, and whoever launches again, after his lease, looks first.
 *
 * Two dispatchers at once are kept apart by the run's lease. One that sleeps between its look and its start for longer than
 * the lease may start a second job all the same: then both look again, both keep the oldest, and the other is stopped.
 *
 * Only a start that was refused may send the run to the next tier: whatever fails elsewhere, a job may be there.
 */
async function launchOnce(jobs: AttemptJobs, place: JobPlace): Promise<string> {
  const before = await lookFirst(jobs, place);
  if (before.length > 0) return keepOldest(jobs, before, place);
  let started: StartedJob;
  try {
    started = await jobs.start();
  } catch (error) {
    if (!mayHaveHappened(error)) throw launchError(error, place);
    const found = await lookAgain(jobs);
    if (found.length === 0) throw notKnown(error, place);
    return keepOldest(jobs, found, place);
  }
  const found = await lookAgain(jobs);
  // A list may lag behind; what was just started is there all the same.
  const all = found.some(({ name }) => name === started.name) ? found : [...found, started];
  return keepOldest(jobs, all, place);
}

/** As `launchOnce`; and whoever asks while the launch of an attempt is under way in this process gets the answer to that. */
export function attemptLauncher() {
  const once = inFlightOnce<string>();
  return async (
    { runId, attempt }: Pick<LaunchRequest, 'runId' | 'attempt'>,
    jobs: AttemptJobs,
    place: JobPlace,
  ): Promise<{ name: string }> => ({
    name: await once(`${runId}-${attempt}`, () => launchOnce(jobs, place)),
  });
}

async function lookFirst(jobs: AttemptJobs, place: JobPlace): Promise<StartedJob[]> {
  try {
    return await jobs.find();
  } catch (error) {
    const what = launchError(error, place);
    throw what instanceof LaunchRejectedError ? what : notKnown(error, place);
  }
}

/** Nothing where the look fails: then what is known already has to do. */
async function lookAgain(jobs: AttemptJobs): Promise<StartedJob[]> {
  try {
    return await jobs.find();
  } catch {
    return [];
  }
}

async function keepOldest(jobs: AttemptJobs, found: readonly StartedJob[], place: JobPlace): Promise<string> {
  const [oldest, ...others] = oldestFirst(found);
  if (!oldest) throw new RangeError('there is no job to keep');
  try {
    for (const { name } of others) await jobs.stop(name);
  } catch (error) {
    throw notKnown(error, place);
  }
  return oldest.name;
}

/** By the platform's clock, then by name, so that everybody who looks keeps the same one. */
function oldestFirst(jobs: readonly StartedJob[]): StartedJob[] {
  const key = ({ createdAt, name }: StartedJob) => `${createdAt ?? '9999'} ${name}`;
  return jobs.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
}
