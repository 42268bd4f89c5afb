/** What becomes of a request for a run, decided from data alone. */
import {
  newExperiment,
  newRun,
  paths,
  runTitle,
  type GivenIdentity,
  type ModelDocument,
  type Run,
  type RunEvent,
  type RunEventRecord,
} from '@trainyard/shared';
import type { Configured } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import { outboxWrite } from '../events/outbox.js';
import { runEvent } from '../events/runEvent.js';
import { rememberedWrites, type IdempotencySlot } from '../idempotency.js';
import { documentBytes, MAX_DOCUMENT_BYTES } from '../ports/documentStore/documentSize.js';
import type { Write } from '../ports/documentStore/writes.js';
import { estimateFrom } from './estimate.js';
import { overMonthlyBudget } from './monthlyBudget.js';
import { cheapest, overRunBudget } from './runBudget.js';
import type { StartFacts, StartQuestion } from './startFacts.js';
import { memoryFloorOf, noTierFits } from './tierFit.js';

export interface StartRequest extends StartQuestion {
  requestedBy: string;
  idempotencyKey?: string | undefined;
  retryOf?: Run['retryOf'] | undefined;
  /** What the quick test that is retried has left out: the specification is without it already. */
  retriedQuickTest?: Run['quickTest'] | undefined;
  /** How many more like it are to follow, such as its repetitions: where a budget has no room for all of them, none is started. */
  alsoRuns?: number | undefined;
}

/** What became of a request: a run, or why there is none. */
export type Started = ({ run: Run; refusal?: never } | { run?: never; refusal: string }) & {
  /** It became of the same request before, by its idempotency key. */
  isReplay?: boolean;
};

/**
 * The model as it is to be written, and why it may not start, if it may not. Throws where the request itself is wrong. A pure
 * function of the model, why there can be no run now (no tier is large enough, or a budget is spent), and whether one is under way.
 */
export type Admit = (
  model: ModelDocument,
  known: { obstacle: DomainError | undefined; isRunning: boolean; now: Date },
) => { model: ModelDocument; refusal?: string };

/** What a start is planned with. */
export interface KnownAtStart {
  /** The id of the run, if it comes to one. */
  runId: string;
  model: ModelDocument;
  facts: StartFacts;
  /** Where the outcome is remembered, for a request with a key. */
  slot: IdempotencySlot | undefined;
  /** Whether the request names an experiment that is not there yet. */
  isNewExperiment?: boolean;
  /** The trace of the request. */
  traceparent: string | null;
}

export interface StartPlan {
  started: Started;
  writes: readonly Write[];
  /** To be published once the writes are committed. */
  events: readonly RunEvent[];
}

/** The model's next run with its first event, or the refusal; either is remembered by the request's key. */
export function planStart(
  cp: Configured,
  request: StartRequest,
  known: KnownAtStart,
  admit: Admit,
  now: Date,
): StartPlan {
  const { facts, slot } = known;
  const { spec } = facts.resolved;
  const memoryFloor = memoryFloorOf(cp, spec, facts.basis);
  const obstacle = noTierFits(cp, spec, memoryFloor) ?? overBudget(cp, request, known, now);
  const { model, refusal } = admit(known.model, { obstacle, isRunning: facts.isRunning ?? false, now });
  const at = now.toISOString();
  const path = paths.model(model.modelId);
  if (refusal !== undefined) {
    const writes: Write[] = [{ kind: 'set', path, data: { ...model, updatedAt: at } }];
    writes.push(...rememberedWrites(slot, { refusal }, now));
    return { started: { refusal }, writes, events: [] };
  }
  const { modelId, teams, lastRunNumber } = model;
  const { requestedBy, retryOf } = request;
  const { runId, traceparent } = known;
  const runNumber = lastRunNumber + 1;
  const quickTest = facts.resolved.quickTest ?? request.retriedQuickTest;
  const named = { runId, modelId, runNumber, ...facts.resolved, quickTest, requestedBy, teams };
  const production = facts.production.serving;
  const identity = { ...givenIdentity(request), title: titleOf(request, facts) };
  const run = newRun({ ...named, identity, traceparent, memoryFloor, retryOf, production, now });
  requireRoom(run);
  const event = firstEventOf(run);
  const counted = { ...model, lastRunNumber: runNumber, newRows: 0, lastStartedAt: at, updatedAt: at };
  const writes: Write[] = [
    { kind: 'set', path, data: counted },
    ...experimentWrites(run, known.isNewExperiment ?? false, now),
    { kind: 'create', path: paths.run(runId), data: { ...run } },
    { kind: 'create', path: paths.event(runId, FIRST_EVENT), data: { ...firstRecord(run) } },
    outboxWrite(event),
    ...rememberedWrites(slot, { run }, now),
  ];
  return { started: { run }, writes, events: [event] };
}

function titleOf(request: StartRequest, { base, resolved }: StartFacts): string {
  const { title, intent } = givenIdentity(request);
  return title ?? runTitle(intent ?? null, resolved.spec, base);
}

/** A start that names an experiment which is not there makes it, and whoever starts it owns it. */
function experimentWrites({ modelId, experiment, requestedBy }: Run, isNew: boolean, now: Date): Write[] {
  if (!isNew || experiment === null) return [];
  const data = { ...newExperiment(modelId, experiment, requestedBy, now) };
  return [{ kind: 'set', path: paths.experiment(modelId, experiment), data }];
}

/** What a request says of the run beside its specification: only what is given. */
export function givenIdentity(request: GivenIdentity & Pick<StartQuestion, 'quickTest'>): GivenIdentity {
  const { experiment, title, parentRunId, sweep, inSweep, quickRunId, repeat, systemTags } = request;
  const intent = request.quickTest ? ('quick-test' as const) : request.intent;
  const given = { experiment, title, intent, parentRunId, sweep, inSweep, quickRunId, repeat, systemTags };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Of the document of a run, as much is kept for what its trainer will tell. */
const ROOM_BYTES = 65_536;

/** A run whose document could not hold its own result is not paid for. */
function requireRoom(run: Run): void {
  const bytes = documentBytes(paths.run(run.runId), { ...run });
  const most = MAX_DOCUMENT_BYTES - ROOM_BYTES;
  if (bytes <= most) return;
  const detail = `With its specification, defaults and presets filled in, the run has ${bytes} bytes; at most ${most} are stored, so that its result finds room. Name fewer columns, or shorter lists and texts.`;
  throw new DomainError('too-large', detail);
}

/** Why a run is not started for what it may cost: by its own budget, or by that of a month. */
function overBudget(
  cp: Configured,
  { alsoRuns = 0 }: Pick<StartRequest, 'alsoRuns'>,
  { model, facts: { costs, resolved } }: Pick<KnownAtStart, 'model' | 'facts'>,
  now: Date,
): DomainError | undefined {
  if (!costs) return undefined;
  const { spec } = resolved;
  const estimate = estimateFrom(cp, costs.basis, spec);
  const ownBudget = overRunBudget(cp, spec, estimate);
  if (ownBudget || !costs.spending) return ownBudget;
  const each = cheapest(estimate)?.usd;
  const needed = {
    leastUsd: each === undefined ? null : each * (1 + alsoRuns),
    what: alsoRuns === 0 ? 'this run is' : `this run and the ${alsoRuns} that follow it are together`,
  };
  return overMonthlyBudget(cp, model, costs.spending, needed, now);
}

/** The id of the first event of each run, and of its record. */
const FIRST_EVENT = 'start';

/** The event of a run that has just been made, which has it launched. */
export function firstEventOf(run: Run): RunEvent {
  const { createdAt, traceparent } = run;
  const context = { now: new Date(createdAt), traceparent };
  return runEvent(run, FIRST_EVENT, { type: 'run.requested', detail: {} }, context);
}

function firstRecord(run: Run): RunEventRecord {
  return {
    id: FIRST_EVENT,
    at: run.createdAt,
    what: 'requested',
    attempt: 1,
    seq: null,
    status: run.status,
    published: ['run.requested'],
  };
}
