/** Makes versions of completed runs: what the runs of a model share is brought up to date here, apart from their own transactions. */
import { inParallel, newModel, paths, registrationSchema, type Run } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { publishCommitted, type OutboxPorts } from '../events/outbox.js';
import { inTurn } from '../inTurn.js';
import { eventContext } from '../events/runEvent.js';
import { planRegistrations, type RegistrationPlan } from '../models/planRegistration.js';
import { readModel } from '../models/repository.js';
import type { DocumentStore, StoredDocument } from '../ports/documentStore/documentStore.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { queries } from '../queries.js';
import { readRun } from './repository.js';

export type RegistrationPorts = OutboxPorts & Pick<ControlPlane, 'now'>;

/** Of so many runs versions are made in one commit, each with the result of its run. */
const BATCH = 20;
/** Of how many models left-behind registrations are looked at at a time. */
const CONCURRENCY = 8;

/** The work that has not begun, by model: whoever comes meanwhile waits for the same. */
const waitingIn = new WeakMap<DocumentStore, Map<string, Promise<void>>>();

/**
 * Registers every completed run of the model that is no version yet, in the order of their ends, and publishes that. It may be
 * called by anybody at any time: a run becomes a version once, for its registration goes with the commit that makes it one. Within
 * a process there is one at a time for each model.
 */
export function registerVersions(cp: RegistrationPorts, modelId: string): Promise<void> {
  const waiting = waitingIn.get(cp.store) ?? new Map<string, Promise<void>>();
  waitingIn.set(cp.store, waiting);
  const known = waiting.get(modelId);
  if (known) return known;
  const work = inTurn(`versions of ${modelId}`, () => {
    waiting.delete(modelId);
    return registerAll(cp, modelId);
  });
  waiting.set(modelId, work);
  return work;
}

/** Registers what has waited for at least `settleSeconds`: whoever completed the run died before he could, or had to give up. */
export async function registerLeftBehind(
  cp: RegistrationPorts & Pick<ControlPlane, 'config'>,
): Promise<void> {
  const settled = new Date(cp.now().getTime() - cp.config.settleSeconds * 1000).toISOString();
  const models = new Set<string>();
  for (let startAfter: StoredDocument | undefined; ;) {
    const page = await cp.store.query(queries.registrations(settled, { startAfter, limit: BATCH }));
    for (const { data } of page) if (typeof data['modelId'] === 'string') models.add(data['modelId']);
    startAfter = page.at(-1);
    if (page.length < BATCH) break;
  }
  const failures: unknown[] = [];
  await inParallel([...models], CONCURRENCY, (modelId) =>
    registerVersions(cp, modelId).catch((error: unknown) => void failures.push(error)),
  );
  if (failures.length > 0) throw failures[0];
}

async function registerAll(cp: RegistrationPorts, modelId: string): Promise<void> {
  for (let startAfter: StoredDocument | undefined; ;) {
    const page = await cp.store.query(queries.registrationsOfModel(modelId, { startAfter, limit: BATCH }));
    const runs = await runsOf(cp, page);
    if (runs.length > 0) await publishCommitted(cp, (await registerBatch(cp, modelId, runs)).events);
    // What cannot be read stays there, and is passed over.
    startAfter = page.at(-1);
    if (page.length < BATCH) return;
  }
}

/** The runs as they were completed: neither result nor gates change any more. */
async function runsOf(cp: Pick<RegistrationPorts, 'store' | 'log'>, page: readonly StoredDocument[]) {
  const found = await Promise.all(
    page.map(async ({ path, data }) => {
      try {
        const { runId } = registrationSchema.parse(data);
        const run = await readRun(cp.store, runId);
        if (run?.result) return run;
        throw new Error(`run ${runId} is ${run ? `${run.status} without a result` : 'not there'}`);
      } catch (error) {
        cp.log('ERROR', 'a completed run cannot become a version and stays to be looked at', { path, error });
        return undefined;
      }
    }),
  );
  return found.flatMap((run) => run ?? []);
}

function registerBatch(
  cp: RegistrationPorts,
  modelId: string,
  runs: readonly Run[],
): Promise<RegistrationPlan> {
  return cp.store.optimistic(async (tx) => {
    const context = eventContext(cp);
    const [model, ...registrations] = await Promise.all([
      readModel(tx, modelId),
      ...runs.map(({ runId }) => tx.get(paths.registration(runId))),
    ]);
    // Somebody else may have been faster with some of them.
    const left = runs.filter((_, i) => registrations[i]);
    if (left.length === 0) return { writes: [], events: [] };
    const plan = planRegistrations(model ?? newModel(modelId, context.now), left, context);
    makeWrites(tx, plan.writes);
    return plan;
  });
}
