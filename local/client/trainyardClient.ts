import {
  type externalRequestSchema,
  type Attachment,
  attachmentSchema,
  bestRunsSchema,
  dryRunSchema,
  experimentPageSchema,
  type experimentRequestSchema,
  experimentViewSchema,
  logPageSchema,
  type Epoch,
  metricsPageSchema,
  modelPageSchema,
  modelVersionPageSchema,
  modelVersionViewSchema,
  movedVersionViewSchema,
  type MovedVersionView,
  type promoteRequestSchema,
  type ModelView,
  modelViewSchema,
  queuedTrialViewSchema,
  type RunComparison,
  runComparisonSchema,
  runIdSchema,
  runLinksSchema,
  runPageSchema,
  type Relatives,
  type RepeatRequest,
  type RepeatsView,
  repeatsViewSchema,
  relativesSchema,
  type RunStatus,
  type RunView,
  runViewSchema,
  type Stage,
  stagesPageSchema,
  type startRequestSchema,
  type StreamEvent,
  type SweepView,
  sweepPageSchema,
  sweepViewSchema,
  trialPageSchema,
  type TrialView,
  type TrainingSpecInput,
} from '@trainyard/shared';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type Connection, requestJson, send } from './request.js';
import { followRun, type FollowOptions } from './runStream.js';

export type LogPage = z.infer<typeof logPageSchema>;
export type RunPage = z.infer<typeof runPageSchema>;
export type ExperimentView = z.infer<typeof experimentViewSchema>;

/** Which runs, and in which order: the newest first unless given. */
export interface ListOptions {
  status?: RunStatus | undefined;
  filter?: string | undefined;
  orderBy?: string | undefined;
}

/** What a request for a run may say of it beside its specification. */
export type StartIdentity = Omit<z.input<typeof startRequestSchema>, 'spec'>;

export interface PageOptions {
  limit?: number | undefined;
  cursor?: string | undefined;
}

interface CompareOptions {
  baseline?: string | undefined;
  metrics?: readonly string[] | undefined;
  /** What is told besides: `intervals`, `curves`, `splits`. */
  include?: readonly string[];
}

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/**
 * A Trainyard over HTTP. Every call parses what it gets; it fails with a `UserError` for an answer that says no and
 * for none.
 */
export class TrainyardClient {
  constructor(private readonly connection: Connection) {}

  get url(): string {
    return this.connection.url;
  }

  /** Starts one run however often it is sent: a repetition carries the same Idempotency-Key. */
  start(
    modelId: string,
    spec: TrainingSpecInput | Record<string, unknown>,
    identity: StartIdentity = {},
    idempotencyKey: string = randomUUID(),
  ): Promise<RunView> {
    const request = {
      method: 'POST',
      path: `/api/models/${encodeURIComponent(modelId)}/training-runs`,
      body: { spec, ...identity },
      headers: { 'idempotency-key': idempotencyKey },
    } as const;
    return requestJson(this.connection, request, runViewSchema);
  }

  /** Checks what would be started, and says what it would take. Nothing is recorded. */
  dryRun(
    modelId: string,
    spec: TrainingSpecInput | Record<string, unknown>,
    rows?: number,
    identity: StartIdentity = {},
  ): Promise<z.infer<typeof dryRunSchema>> {
    const query = queryOf({ dryRun: 'true', rows });
    const path = `/api/models/${encodeURIComponent(modelId)}/training-runs${query}`;
    const body = { spec, ...identity };
    return requestJson(this.connection, { method: 'POST', path, body }, dryRunSchema);
  }

  get(runId: string): Promise<RunView> {
    return requestJson(this.connection, { method: 'GET', path: runPath(runId) }, runViewSchema);
  }

  list(modelId: string, options: PageOptions & ListOptions = {}): Promise<RunPage> {
    const path = `/api/models/${encodeURIComponent(modelId)}/training-runs${queryOf({ ...options })}`;
    return requestJson(this.connection, { method: 'GET', path }, runPageSchema);
  }

  /** All runs of a model, the newest first. */
  runs(modelId: string): AsyncGenerator<RunView> {
    const pathOf = (page: string) => `${modelPath(modelId)}/training-runs${page}`;
    return this.all(pathOf, runPageSchema, ({ runs }) => runs);
  }

  /** Completed runs, the best first, by their primary metric. */
  best(modelId: string, limit: number): Promise<z.infer<typeof bestRunsSchema>> {
    const path = `/api/models/${encodeURIComponent(modelId)}/best-runs${queryOf({ limit })}`;
    return requestJson(this.connection, { method: 'GET', path }, bestRunsSchema);
  }

  /** Runs beside each other, by their ids or names. */
  compare(runs: readonly string[], options: CompareOptions = {}): Promise<RunComparison> {
    const { baseline, metrics, include = [] } = options;
    const query = queryOf({
      runs: runs.join(','),
      baseline,
      metrics: metrics?.join(','),
      include: include.length > 0 ? include.join(',') : undefined,
    });
    return requestJson(this.connection, { method: 'GET', path: `/api/compare${query}` }, runComparisonSchema);
  }

  model(modelId: string): Promise<ModelView> {
    return requestJson(this.connection, { method: 'GET', path: modelPath(modelId) }, modelViewSchema);
  }

  /** All models, in the order of their ids. */
  models(): AsyncGenerator<ModelView> {
    return this.all(
      (page) => `/api/models${page}`,
      modelPageSchema,
      ({ models }) => models,
    );
  }

  /** All versions of a model, the newest first. */
  versions(modelId: string): AsyncGenerator<z.infer<typeof modelVersionViewSchema>> {
    const pathOf = (page: string) => `${modelPath(modelId)}/versions${page}`;
    return this.all(pathOf, modelVersionPageSchema, ({ versions }) => versions);
  }

  /** What a list has, page by page; no more than `most`. */
  private async *all<P extends { nextCursor: string | null }, T>(
    pathOf: (page: string) => string,
    schema: z.ZodType<P>,
    itemsOf: (page: P) => T[],
    most = Infinity,
  ): AsyncGenerator<T> {
    let cursor: string | undefined;
    let count = 0;
    do {
      const path = pathOf(queryOf({ limit: Math.min(200, most - count), cursor }));
      const page = await requestJson(this.connection, { method: 'GET', path }, schema);
      const items = itemsOf(page);
      yield* items;
      count += items.length;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && count < most);
  }

  version(modelId: string, version: number): Promise<z.infer<typeof modelVersionViewSchema>> {
    const path = `${modelPath(modelId)}/versions/${version}`;
    return requestJson(this.connection, { method: 'GET', path }, modelVersionViewSchema);
  }

  /** Puts a version into a stage; harmless when it is there, and done once however often it is sent. */
  promote(
    modelId: string,
    version: number,
    body: z.input<typeof promoteRequestSchema>,
    idempotencyKey: string = randomUUID(),
  ): Promise<MovedVersionView> {
    const request = {
      method: 'POST',
      path: `${modelPath(modelId)}/versions/${version}/promote`,
      body,
      headers: { 'idempotency-key': idempotencyKey },
    } as const;
    return requestJson(this.connection, request, movedVersionViewSchema);
  }

  /** Puts the version that served before into production again; goes back once, however often it is sent. */
  rollback(modelId: string, idempotencyKey: string = randomUUID()): Promise<MovedVersionView> {
    const request = {
      method: 'POST',
      path: `${modelPath(modelId)}/rollback`,
      body: {},
      headers: { 'idempotency-key': idempotencyKey },
    } as const;
    return requestJson(this.connection, request, movedVersionViewSchema);
  }

  /** A new run that goes on from the last checkpoint of one that failed or was cancelled; one, however often it is sent. */
  retry(runId: string, idempotencyKey: string = randomUUID()): Promise<RunView> {
    const request = {
      method: 'POST',
      path: `${runPath(runId)}/retry`,
      body: {},
      headers: { 'idempotency-key': idempotencyKey },
    } as const;
    return requestJson(this.connection, request, runViewSchema);
  }

  /** Trains on everything what a quick test has trained on a sample; one run, however often it is sent. */
  trainFull(runId: string, idempotencyKey: string = randomUUID()): Promise<RunView> {
    const request = {
      method: 'POST',
      path: `${runPath(runId)}/train-full`,
      body: {},
      headers: { 'idempotency-key': idempotencyKey },
    } as const;
    return requestJson(this.connection, request, runViewSchema);
  }

  /** The runs that a run comes from, and those that come from it. */
  relatives(runId: string): Promise<Relatives> {
    const path = `${runPath(runId)}/relatives`;
    return requestJson(this.connection, { method: 'GET', path }, relativesSchema);
  }

  /** How the repetitions of a run are, and what they tell. */
  repeats(runId: string): Promise<RepeatsView> {
    const path = `${runPath(runId)}/repeats`;
    return requestJson(this.connection, { method: 'GET', path }, repeatsViewSchema);
  }

  /** Has a run repeated. Asked again, it goes on. */
  repeat(runId: string, body: RepeatRequest): Promise<RepeatsView> {
    const request = { method: 'POST', path: `${runPath(runId)}/repeats`, body } as const;
    return requestJson(this.connection, request, repeatsViewSchema);
  }

  /** Starts one sweep however often it is sent; the server knows what may stand in it. */
  startSweep(
    modelId: string,
    body: Readonly<Record<string, unknown>>,
    idempotencyKey: string = randomUUID(),
  ): Promise<SweepView> {
    const request = {
      method: 'POST',
      path: `${modelPath(modelId)}/sweeps`,
      body,
      headers: { 'idempotency-key': idempotencyKey },
    } as const;
    return requestJson(this.connection, request, sweepViewSchema);
  }

  sweep(sweepId: string): Promise<SweepView> {
    return requestJson(this.connection, { method: 'GET', path: sweepPath(sweepId) }, sweepViewSchema);
  }

  /** All trials, by their numbers. */
  sweepTrials(sweepId: string): Promise<TrialView[]> {
    const pathOf = (page: string) => `${sweepPath(sweepId)}/trials${page}`;
    return listOf(this.all(pathOf, trialPageSchema, ({ trials }) => trials));
  }

  changeSweep(
    sweepId: string,
    action: 'pause' | 'resume' | 'extend' | 'cancel',
    body: Readonly<Record<string, number>>,
  ): Promise<SweepView> {
    const headers = { 'idempotency-key': randomUUID() };
    const request = { method: 'POST', path: `${sweepPath(sweepId)}/${action}`, body, headers } as const;
    return requestJson(this.connection, request, sweepViewSchema);
  }

  /** The sweeps of a model, the newest first. */
  sweeps(modelId: string, most: number): Promise<SweepView[]> {
    const pathOf = (page: string) => `${modelPath(modelId)}/sweeps${page}`;
    return listOf(this.all(pathOf, sweepPageSchema, ({ sweeps }) => sweeps, most));
  }

  /** Has parameters tried that somebody names. */
  addTrial(
    sweepId: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<z.infer<typeof queuedTrialViewSchema>> {
    const headers = { 'idempotency-key': randomUUID() };
    const path = `${sweepPath(sweepId)}/trials`;
    return requestJson(
      this.connection,
      { method: 'POST', path, body: { parameters }, headers },
      queuedTrialViewSchema,
    );
  }

  /** Retrains the best trial, or the one that is asked for, as a run of its own; alone, unless what tells its worth is asked for. */
  finalizeSweep(
    sweepId: string,
    overrides: Readonly<Record<string, unknown>>,
    asked: { trial?: number | undefined; repeats: number; baseline: boolean } = {
      repeats: 0,
      baseline: false,
    },
  ): Promise<RunView> {
    const headers = { 'idempotency-key': randomUUID() };
    const path = `${sweepPath(sweepId)}/finalize`;
    return requestJson(
      this.connection,
      { method: 'POST', path, body: { overrides, ...asked }, headers },
      runViewSchema,
    );
  }

  /** The experiments of a model, by their ids. */
  experiments(modelId: string): Promise<ExperimentView[]> {
    const pathOf = (page: string) => `${modelPath(modelId)}/experiments${page}`;
    return listOf(this.all(pathOf, experimentPageSchema, ({ experiments }) => experiments));
  }

  /** Gets the experiment, or makes it; what the body says of it is changed. */
  saveExperiment(modelId: string, body: z.input<typeof experimentRequestSchema>): Promise<ExperimentView> {
    const headers = { 'idempotency-key': randomUUID() };
    const path = `${modelPath(modelId)}/experiments`;
    return requestJson(this.connection, { method: 'POST', path, body, headers }, experimentViewSchema);
  }

  /** Cancelling what is cancelled or over changes nothing. */
  cancel(runId: string): Promise<RunView> {
    const request = { method: 'POST', path: `${runPath(runId)}/cancel`, body: {} } as const;
    return requestJson(this.connection, request, runViewSchema);
  }

  async metrics(runId: string): Promise<Epoch[]> {
    const path = `${runPath(runId)}/metrics`;
    return (await requestJson(this.connection, { method: 'GET', path }, metricsPageSchema)).epochs;
  }

  async stages(runId: string): Promise<Stage[]> {
    const path = `${runPath(runId)}/stages`;
    return (await requestJson(this.connection, { method: 'GET', path }, stagesPageSchema)).stages;
  }

  /** A page of log lines. `endCursor` is where the page ended: what is logged later comes after it. */
  logs(runId: string, options: PageOptions = {}): Promise<LogPage> {
    const path = `${runPath(runId)}/logs${queryOf({ ...options })}`;
    return requestJson(this.connection, { method: 'GET', path }, logPageSchema);
  }

  /** The report of a sweep, as it is now: a page. */
  async sweepReport(sweepId: string): Promise<string> {
    const path = `${sweepPath(sweepId)}/report`;
    return (await send(this.connection, { method: 'GET', path })).text();
  }

  /** A file that the run has left behind, as its body comes. */
  artifact(runId: string, path: string, signal?: AbortSignal): Promise<Response> {
    const address = `${runPath(runId)}/artifacts/${segmentsOf(path)}`;
    return send(this.connection, { method: 'GET', path: address, signal });
  }

  /** Where people look at a run. */
  links(runId: string): Promise<z.infer<typeof runLinksSchema>> {
    return requestJson(this.connection, { method: 'GET', path: `${runPath(runId)}/links` }, runLinksSchema);
  }

  /** Says where the run is in an MLflow tracking server. */
  nameExternal(runId: string, external: z.infer<typeof externalRequestSchema>): Promise<RunView> {
    const request = { method: 'POST', path: `${runPath(runId)}/external`, body: external } as const;
    return requestJson(this.connection, request, runViewSchema);
  }

  experiment(modelId: string, experimentId: string): Promise<z.infer<typeof experimentViewSchema>> {
    const path = `${modelPath(modelId)}/experiments/${encodeURIComponent(experimentId)}`;
    return requestJson(this.connection, { method: 'GET', path }, experimentViewSchema);
  }

  /** Attaches a file to a run; sending the same again changes nothing. */
  attach(
    runId: string,
    path: string,
    file: Uint8Array<ArrayBuffer>,
    options: { replace: boolean; signal?: AbortSignal },
  ): Promise<Attachment> {
    const { replace, signal } = options;
    const query = queryOf({ replace: replace ? 'true' : undefined });
    const request = { method: 'PUT', path: `${attachmentPath(runId, path)}${query}`, file, signal } as const;
    return requestJson(this.connection, request, attachmentSchema);
  }

  /** A file that somebody attached, as its body comes. */
  attachment(runId: string, path: string, signal?: AbortSignal): Promise<Response> {
    return send(this.connection, { method: 'GET', path: attachmentPath(runId, path), signal });
  }

  async detach(runId: string, path: string): Promise<void> {
    await send(this.connection, { method: 'DELETE', path: attachmentPath(runId, path) });
  }

  /** Everything that is stored of the run, then what happens, until it is over; see `followRun`. */
  follow(runId: string, options?: FollowOptions): AsyncGenerator<StreamEvent> {
    return followRun(this.connection, runId, options);
  }

  /** Finds a run by its id or by the name people use, `model#number`. Undefined when there is none of that number. */
  async find(nameOrId: string): Promise<RunView | undefined> {
    const named = /^(.+)#(\d+)$/.exec(nameOrId);
    if (!named) return this.get(nameOrId);
    const [, modelId = '', number] = named;
    for await (const run of this.runs(modelId)) if (run.runNumber === Number(number)) return run;
    return undefined;
  }
}

/** What names a run: an id or `model#number`. */
export function isRunReference(text: string): boolean {
  return /^[^#/]+#[1-9]\d*$/.test(text) || runIdSchema.safeParse(text).success;
}

function modelPath(modelId: string): string {
  return `/api/models/${encodeURIComponent(modelId)}`;
}

function sweepPath(sweepId: string): string {
  return `/api/sweeps/${encodeURIComponent(sweepId)}`;
}

function runPath(runId: string): string {
  return `/api/training-runs/${encodeURIComponent(runId)}`;
}

function attachmentPath(runId: string, path: string): string {
  return `${runPath(runId)}/attachments/${segmentsOf(path)}`;
}

function segmentsOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}
