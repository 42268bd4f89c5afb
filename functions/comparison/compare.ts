/** Reads what a comparison is made of: the runs alone, and what is asked for besides. */
import {
  canonicalMetricName,
  compareRuns,
  inParallel,
  MOST_COMPARED,
  parseMetricName,
  paths,
  QUICK_TEST,
  runName,
  stageSchema,
  type Compared,
  type CompareQuery,
  type Run,
  type RunComparison,
} from '@trainyard/shared';
import { nearestName } from '@trainyard/shared/nearestName';
import type { ControlPlane } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import { readEvaluation } from '../runs/results/evaluation.js';
import { listEpochs } from '../runs/repository.js';
import { findRuns } from './findRuns.js';

/** Evaluations are large: so many are in memory at once. */
const AT_ONCE = 4;

type Reading = Pick<ControlPlane, 'store' | 'objects'>;

/** Throws `not-found` where a run is not there for the caller, and `invalid-request` where there are not two of them. */
export async function compare(
  cp: Reading,
  query: CompareQuery,
  maySeeRun: (run: Run) => boolean,
): Promise<RunComparison> {
  const named = await findRuns(cp.store, query.runs, maySeeRun);
  const [first] = named;
  const twice = named.find((run, i) => named.findIndex(({ runId }) => runId === run.runId) !== i);
  if (!first || twice)
    throw refused('/runs', `names ${twice ? runName(twice) : 'a run'} twice: give each run once`);
  const baseline = await baselineOf(cp, query.baseline, first, maySeeRun);
  const runs = named.some(({ runId }) => runId === baseline.runId) ? named : [baseline, ...named];
  if (runs.length < 2)
    throw refused('/runs', `names one run, ${runName(first)}: a comparison takes 2 to ${MOST_COMPARED}`);
  const compared: Compared[] = runs.map((run) => ({ run }));
  await Promise.all((query.include ?? []).map((what) => READERS[what](cp, compared)));
  refuseUnknown(query.metrics ?? [], runs);
  return compareRuns(compared, { baselineRunId: baseline.runId, metrics: query.metrics });
}

/** What no run has and what is called as no metric is a slip, as in a filter; what a run may yet have is not. */
function refuseUnknown(metrics: readonly string[], runs: readonly Run[]): void {
  const had = runs.flatMap(({ result, latestMetrics }) => [
    ...Object.keys(result?.metrics ?? {}),
    ...Object.keys(latestMetrics),
  ]);
  const unknown = metrics.find((name) => !parseMetricName(canonicalMetricName(name)) && !had.includes(name));
  if (unknown === undefined) return;
  const near = nearestName(unknown, [...new Set(had)]);
  throw refused(
    '/metrics',
    `names "${unknown}", and no metric is called so, nor has one of the runs it${near === undefined ? ': leave it out, or leave out metrics to see what they have' : `; did you mean ${near}?`}`,
  );
}

async function baselineOf(
  { store }: Reading,
  asked: string | undefined,
  first: Run,
  maySeeRun: (run: Run) => boolean,
): Promise<Run> {
  if (asked === undefined) return first;
  if (asked === QUICK_TEST && first.quickRunId === null)
    throw refused('/baseline', `is ${QUICK_TEST}, and ${runName(first)} did not come from a quick test`);
  const reference = asked === QUICK_TEST ? (first.quickRunId ?? first.runId) : asked;
  return (await findRuns(store, [reference], maySeeRun))[0] ?? first;
}

const READERS: Record<
  NonNullable<CompareQuery['include']>[number],
  (cp: Reading, compared: readonly Compared[]) => Promise<void>
> = {
  intervals: ({ objects }, compared) =>
    inParallel(compared, AT_ONCE, async (one) => {
      one.evaluated = one.run.result === null ? null : await evaluatedMetrics(objects, one.run);
    }),
  curves: ({ store }, compared) =>
    inParallel(compared, AT_ONCE, async (one) => {
      one.epochs = await listEpochs(store, one.run.runId);
    }),
  splits: ({ store }, compared) =>
    inParallel(compared, AT_ONCE, async (one) => {
      const stage = await store.get(paths.stage(one.run.runId, 'transform'));
      const counts: Record<string, number> = stage ? stageSchema.parse(stage.data).counts : {};
      const rows = ['train', 'validation', 'test'].flatMap((split) =>
        counts[split] === undefined ? [] : [[split, counts[split]] as const],
      );
      one.splitRows = Object.fromEntries(rows);
    }),
};

/** Null where there is none that can be read: the comparison says so. */
async function evaluatedMetrics(objects: Reading['objects'], run: Run): Promise<Compared['evaluated']> {
  try {
    return (await readEvaluation(objects, run)).metrics;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'no-evaluation') return null;
    throw error;
  }
}

function refused(pointer: string, detail: string): DomainError {
  return new DomainError('invalid-request', `The query is not valid: ${pointer} ${detail}`, {
    errors: [{ pointer, detail }],
  });
}
