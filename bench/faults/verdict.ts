/** Whether what is stored and what was published is what happened. */
import {
  METRICS,
  metricName,
  isTerminal,
  STAGES,
  type Epoch,
  type ModelVersion,
  type Run,
  type RunEventRecord,
  type Stage,
  type TrainyardEvent,
} from '@trainyard/shared';
import type { RunMemory } from './fakeTrainer.js';
import { endsOf, type PlannedRun } from './scenario.js';

const LOSS = metricName(METRICS.loss, 'training');

export interface Finding {
  kind: 'lost' | 'doubled' | 'unfinished' | 'wrong';
  runId: string;
  what: string;
}

/** Everything that is known of one run after the experiment. */
export interface Evidence {
  plan: PlannedRun;
  memory: RunMemory | undefined;
  run: Run;
  epochs: readonly Epoch[];
  stages: readonly Stage[];
  records: readonly RunEventRecord[];
  /** What the bus accepted, in that order; the same event may be there more than once. */
  published: readonly TrainyardEvent[];
  /** The versions that were made of the run, and how many its model has. */
  versions: readonly ModelVersion[];
  versionsOfModel: number;
  /** The tier of each job that was started, in that order. */
  launched: readonly { attempt: number; tier: string }[];
}

export function judge(evidence: Evidence): Finding[] {
  const { run, plan } = evidence;
  const found = [
    ...judgeEnd(evidence),
    ...(run.status === 'completed' ? [...judgeEpochs(evidence), ...judgeResult(evidence)] : []),
    ...judgeVersion(evidence),
    ...judgeEvents(evidence),
    ...judgeRepetitions(evidence),
    ...judgeLaunches(evidence),
  ];
  return found.map(([kind, what]) => ({
    kind,
    runId: run.runId,
    what: `${plan.scenario} #${run.runNumber} (${run.status}, attempt ${run.attempt}): ${what}`,
  }));
}

type Told = [kind: Finding['kind'], what: string];

function judgeEnd({ run, plan }: Evidence): Told[] {
  if (!isTerminal(run.status)) return [['unfinished', 'the run did not end']];
  const ends = endsOf(plan.scenario);
  if (!ends.includes(run.status))
    return [['wrong', `must end as ${ends.join(' or ')}: ${run.error?.message ?? 'no error'}`]];
  const isLate = plan.scenario === 'scarce' && run.job !== null && run.tierIndex !== 1;
  return isLate ? [['wrong', `runs on tier ${run.tierIndex}, which has no capacity`]] : [];
}

/** Each epoch is there once, with the metrics that the newest attempt told. */
function judgeEpochs({ plan, memory, epochs }: Evidence): Told[] {
  const stored = new Map(epochs.map((row) => [row.epoch, row]));
  const told = Array.from({ length: plan.epochs }, (_, i): Told[] => {
    const [row, trained] = [stored.get(i + 1), memory?.epochs.get(i + 1)];
    if (!row) return [['lost', `epoch ${i + 1} of attempt ${trained?.attempt ?? 'unknown'}`]];
    const isTrue = row.metrics[LOSS] === trained?.metrics[LOSS];
    return isTrue
      ? []
      : [['lost', `epoch ${i + 1} of attempt ${trained?.attempt}: stored is ${row.attempt}'s`]];
  });
  const more = epochs.filter(({ epoch }) => epoch > plan.epochs);
  return [...told.flat(), ...more.map(({ epoch }): Told => ['doubled', `epoch ${epoch} of ${plan.epochs}`])];
}

function judgeResult({ run, stages, plan, memory }: Evidence): Told[] {
  const present = stages.map(({ stage }) => stage);
  const missing = STAGES.filter((stage) => !present.includes(stage));
  const told: Told[] = missing.map((stage) => ['lost', `stage ${stage}`]);
  if (run.result?.metrics['test_attempt'] !== memory?.completedBy)
    told.push(['lost', `the result of attempt ${memory?.completedBy}`]);
  if (run.currentEpoch !== plan.epochs) told.push(['wrong', `currentEpoch is ${run.currentEpoch}`]);
  return told;
}

/** A completed run is one version of its model, which was published; another run is none. */
function judgeVersion({ run, versions, versionsOfModel, published }: Evidence): Told[] {
  if (run.status !== 'completed')
    return versions.map(() => ['wrong', 'a version of a run that is not completed']);
  const [version, ...more] = versions;
  if (!version) return [['lost', 'its version']];
  const told = more.map((other): Told => ['doubled', `version ${version.version} and ${other.version}`]);
  if (version.version > versionsOfModel)
    told.push(['wrong', `version ${version.version} of a model that has ${versionsOfModel}`]);
  if (!published.some(({ type }) => type === 'model.version.registered'))
    told.push(['lost', 'event model.version.registered']);
  return told;
}

/** Each event that a record promises was published, and none that nobody promised to. */
function judgeEvents({ run, records, published }: Evidence): Told[] {
  const ids = new Set(published.map(({ id }) => id));
  const told: Told[] = [];
  for (const record of records)
    for (const type of record.published)
      if (!ids.has(`${run.runId}.${record.id}.${type}`))
        told.push(['lost', `event ${type} of ${record.what} ${record.seq ?? ''}`]);
  const end = published.some(({ type }) => type === `run.${run.status}`);
  if (isTerminal(run.status) && !end) told.push(['lost', `event run.${run.status}`]);
  return told;
}

/** The same thing told of twice: two events, not one delivered twice. */
function judgeRepetitions({ records, published }: Evidence): Told[] {
  const events = [...new Map(published.map((event) => [event.id, event])).values()];
  const keys = events.flatMap(({ type, data }) => {
    const { epoch, stage, job } = data.detail;
    const once = ['run.completed', 'run.failed', 'run.cancelled', 'run.cancel.requested'].includes(type);
    if (once) return [type];
    const of = epoch ?? stage ?? job;
    return of === undefined || type === 'run.checkpointed'
      ? []
      : [`${type} ${JSON.stringify(of)}, attempt ${'attempt' in data ? data.attempt : 'of none'}`];
  });
  const callbacks = records.flatMap(({ what, attempt, seq }) =>
    seq === null ? [] : [`callback ${what} ${attempt}.${seq}`],
  );
  return repeated([...keys, ...callbacks]).map((key): Told => ['doubled', key]);
}

function judgeLaunches({ run, plan, launched }: Evidence): Told[] {
  const told = repeated(launched.map(({ attempt }) => `the launch of attempt ${attempt}`)).map(
    (key): Told => ['doubled', key],
  );
  const attempts = new Set(launched.map(({ attempt }) => attempt));
  for (const attempt of attempts)
    if (attempt > run.attempt) told.push(['wrong', `attempt ${attempt} was launched before its time`]);
  // The last attempt of a run that failed or was cancelled may have ended while it waited.
  const needed = run.status === 'completed' ? run.attempt : run.attempt - 1;
  for (let attempt = 1; attempt <= needed; attempt++)
    if (!attempts.has(attempt)) told.push(['lost', `the launch of attempt ${attempt}`]);
  if (plan.scenario === 'refused' && attempts.size > 0) told.push(['wrong', 'a refused job was launched']);
  return told;
}

function repeated(keys: readonly string[]): string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const key of keys) (seen.has(key) ? again : seen).add(key);
  return [...again];
}
