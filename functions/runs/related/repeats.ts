/**
 * Repetitions of a run with other seeds, so that one sees what its figures owe to chance. They are children of the run that was asked
 * for, which trains with its own seed: any run can be repeated then, later as well, and it is none of those that are counted, for its
 * seed was chosen and not drawn. Nothing waits between them: the end of one starts the next.
 */
import {
  isTerminal,
  paths,
  repeatPlanSchema,
  repeatSeeds,
  runName,
  sensitivityOf,
  type RepeatPlan,
  type RepeatRequest,
  type RepeatsView,
  type Run,
} from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import { DomainError } from '../../errors/domainError.js';
import type { DocumentReader } from '../../ports/documentStore/documentStore.js';
import { startRun, type StartPorts } from '../createRun.js';
import { runsFrom } from './relatives.js';
import { overBudgetTogether } from './repeatCosts.js';
import { readRun } from '../repository.js';

/** Has a run repeated; asked again, it goes on, with more repetitions where more are asked for. */
export async function requestRepeats(
  cp: StartPorts,
  run: Run,
  { count, maxParallel }: RepeatRequest,
  requestedBy: string,
): Promise<RepeatsView> {
  if (run.repeat) {
    const detail = `${runName(run)} is repetition ${run.repeat.number} of run ${run.repeat.of}: ask for more repetitions of that one.`;
    throw new DomainError('is-repetition', detail);
  }
  const { runId, modelId } = run;
  await refuseOverBudget(cp, run, count);
  await cp.store.optimistic(async (tx) => {
    const before = await readPlan(tx, runId);
    const plan: RepeatPlan = {
      schemaVersion: 1,
      runId,
      modelId,
      count: Math.max(count, before?.count ?? 0),
      maxParallel,
      requestedBy: before?.requestedBy ?? requestedBy,
      refusal: null,
      updatedAt: cp.now().toISOString(),
    };
    tx.set(paths.repeats(runId), plan);
  });
  await advanceRepeats(cp, runId);
  return repeatsOf(cp, runId);
}

/** Where a budget has no room for all of them together, none is started. */
async function refuseOverBudget(cp: StartPorts, run: Run, count: number): Promise<void> {
  const started = await repetitionsOf(cp, run.runId);
  const more = Math.max(0, count - started.length);
  const obstacle = await overBudgetTogether(cp, run, { alike: [run, ...started], more });
  if (obstacle) throw obstacle;
}

/** Starts what may be started since a run has ended: repetitions of it, or others like it. Harmless however often it is called. */
export async function advanceAfter(cp: StartPorts, runId: string): Promise<void> {
  const run = await readRun(cp.store, runId);
  if (run) await advanceRepeats(cp, run.repeat?.of ?? runId);
}

async function advanceRepeats(cp: StartPorts, runId: string): Promise<void> {
  const plan = await readPlan(cp.store, runId);
  const run = plan && plan.refusal === null ? await readRun(cp.store, runId) : undefined;
  if (!plan || !run) return;
  const alike = [run, ...(await repetitionsOf(cp, runId))];
  for (const number of numbersToStart(plan, run, alike.slice(1))) {
    try {
      const obstacle = await overBudgetTogether(cp, run, { alike, more: 1 });
      if (obstacle) throw obstacle;
      alike.push(await startRepetition(cp, run, plan, number));
    } catch (error) {
      if (!(error instanceof DomainError) || error.isRetried) throw error;
      cp.log('WARNING', 'no more repetitions of a run are started', { runId, reason: error.detail });
      const refusal = error.detail;
      await cp.store.optimistic(async (tx) => {
        const now = await readPlan(tx, runId);
        if (now) tx.set(paths.repeats(runId), { ...now, refusal, updatedAt: cp.now().toISOString() });
      });
      return;
    }
  }
}

/** The numbers of those that are to be started now, so that with the run itself no more than allowed are under way. */
export function numbersToStart(
  { count, maxParallel }: Pick<RepeatPlan, 'count' | 'maxParallel'>,
  run: Pick<Run, 'status'>,
  started: readonly Pick<Run, 'status' | 'repeat'>[],
): number[] {
  const open = [run, ...started].filter(({ status }) => !isTerminal(status)).length;
  const known = new Set(started.map(({ repeat }) => repeat?.number));
  return Array.from({ length: count }, (_, i) => i + 1)
    .filter((number) => !known.has(number))
    .slice(0, Math.max(0, maxParallel - open));
}

/** One run for each number, whoever starts it and how often. */
async function startRepetition(cp: StartPorts, run: Run, plan: RepeatPlan, number: number): Promise<Run> {
  const { runId, modelId, spec, experiment, intent, systemTags, quickTest } = run;
  const seed = repeatSeeds(number)[number - 1];
  if (seed === undefined) throw new Error(`there is no seed of repetition ${number}`);
  const { run: repetition } = await startRun(
    cp,
    {
      modelId,
      spec: { ...spec, training: { ...spec.training, seed } },
      retriedQuickTest: quickTest,
      experiment,
      intent: intent ?? undefined,
      title: `repeat-${number}-seed-${seed}`,
      parentRunId: runId,
      repeat: { of: runId, number, seed },
      systemTags,
      requestedBy: plan.requestedBy,
      idempotencyKey: `repeat ${runId} ${number}`,
    },
    () => undefined,
  );
  return repetition;
}

/** By their numbers. Of one that was retried the newest counts. */
async function repetitionsOf({ store }: Pick<ControlPlane, 'store'>, runId: string): Promise<Run[]> {
  const children = await runsFrom(store, 'parentRunId', runId);
  const newest = new Map<number, Run>();
  for (const child of children) if (child.repeat?.of === runId) newest.set(child.repeat.number, child);
  return [...newest.values()].toSorted((a, b) => (a.repeat?.number ?? 0) - (b.repeat?.number ?? 0));
}

/** How a run's repetitions are, and what they tell. */
export async function repeatsOf(cp: Pick<ControlPlane, 'store'>, runId: string): Promise<RepeatsView> {
  const [plan, runs] = await Promise.all([readPlan(cp.store, runId), repetitionsOf(cp, runId)]);
  const results = runs.flatMap(({ result }) => (result ? [result.metrics] : []));
  return {
    runId,
    count: plan?.count ?? 0,
    ended: runs.filter(({ status }) => isTerminal(status)).length,
    completed: results.length,
    refusal: plan?.refusal ?? null,
    repetitions: runs.flatMap(({ repeat, ...run }) =>
      repeat ? [{ runId: run.runId, name: runName(run), ...numbered(repeat), status: run.status }] : [],
    ),
    sensitivity: results.length < 2 ? null : sensitivityOf(results),
  };
}

function numbered({ number, seed }: NonNullable<Run['repeat']>): { number: number; seed: number } {
  return { number, seed };
}

async function readPlan(from: DocumentReader, runId: string): Promise<RepeatPlan | undefined> {
  const document = await from.get(paths.repeats(runId));
  return document && repeatPlanSchema.parse(document.data);
}
