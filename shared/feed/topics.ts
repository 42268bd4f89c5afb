/** What each topic listens to, and how a stored document becomes an event: the same for the API and for a page at Firestore itself. */
import { experimentSchema } from '../firestore/experiment.js';
import { modelDocumentSchema, modelVersionSchema } from '../firestore/model.js';
import { paths } from '../firestore/paths.js';
import type { FeedEvent } from './event.js';
import { modelViewOf, queuedTrialViewOf, runViewOf, withoutVersion } from './views.js';
import { epochSchema, logChunkSchema, runEventRecordSchema, stageSchema } from '../runs/records.js';
import { runSchema } from '../runs/run.js';
import { presetKindSchema, presetSchema } from '../spec/presets.js';
import { storedEnd, storedFinal, storedQueued, storedSweep, storedTrial } from '../sweeps/stored.js';
import { listened, type ListenedQuery, openRunsOf, type Teams } from './queries.js';

type Data = Record<string, unknown>;

/** An event without its topic and key, which follow from where it stands. */
export type Told =
  Extract<FeedEvent, { data: { value: unknown } }> extends infer E
    ? E extends { event: infer N; data: { value: infer V } }
      ? { event: N; value: V }
      : never
    : never;

export interface Listened {
  target: { document: string } | { query: ListenedQuery };
  tell: (data: Data) => Told;
  /** A document that matches no longer is read once more, and told as it is then; all others are gone. */
  hasEnd?: true;
}

const run = (data: Data): Told => ({ event: 'run', value: runViewOf(runSchema.parse(data)) });
const model = (data: Data): Told => ({ event: 'model', value: modelViewOf(modelDocumentSchema.parse(data)) });

/** Of a sweep its parts: `sweepViewOf` makes of them what is shown. */
const sweep = (data: Data): Told => ({ event: 'sweep', value: withoutVersion(storedSweep(data)) });

/** By the name of a topic; `id` stands behind its colon. Whether the caller may see what that names is for others to say. */
export const TOPICS: Readonly<Record<string, (id: string, teams: Teams) => Listened[]>> = {
  runs: (_id, teams) => openRunsOf(teams).map((query) => ({ target: { query }, tell: run, hasEnd: true })),
  models: (_id, teams) => [{ target: { query: listened.models(teams) }, tell: model }],
  run: (runId) => [
    { target: { document: paths.run(runId) }, tell: run },
    {
      target: { query: listened.stages(runId) },
      tell: (data) => ({ event: 'stage', value: stageSchema.parse(data) }),
    },
    {
      target: { query: listened.epochs(runId) },
      tell: (data) => ({ event: 'epoch', value: epochSchema.parse(data) }),
    },
    {
      target: { query: listened.events(runId) },
      tell: (data) => ({ event: 'record', value: runEventRecordSchema.parse(data) }),
    },
  ],
  logs: (runId) => [
    {
      target: { query: listened.logChunks(runId) },
      tell: (data) => ({ event: 'log', value: logChunkSchema.parse(data) }),
    },
  ],
  model: (modelId) => [
    { target: { document: paths.model(modelId) }, tell: model },
    {
      target: { query: listened.modelVersions(modelId) },
      tell: (data) => ({ event: 'version', value: withoutVersion(modelVersionSchema.parse(data)) }),
    },
    {
      target: { query: listened.experiments(modelId) },
      tell: (data) => ({ event: 'experiment', value: withoutVersion(experimentSchema.parse(data)) }),
    },
  ],
  presets: () =>
    presetKindSchema.options.map((kind) => ({
      target: { query: listened.presets(kind) },
      tell: (data) => ({
        event: 'preset',
        value: { kind, preset: withoutVersion(presetSchema.parse(data)) },
      }),
    })),
  sweeps: (modelId, teams) => [{ target: { query: listened.sweepsOfModel(modelId, teams) }, tell: sweep }],
  sweep: (sweepId) => [
    { target: { document: paths.sweep(sweepId) }, tell: sweep },
    {
      target: { query: listened.trials(sweepId) },
      tell: (data) => ({ event: 'trial', value: withoutVersion(storedTrial(data)) }),
    },
    {
      target: { query: listened.queue(sweepId) },
      tell: (data) => ({ event: 'queued', value: queuedTrialViewOf(storedQueued(data)) }),
    },
    {
      target: { query: listened.ends(sweepId) },
      tell: (data) => ({ event: 'end', value: storedEnd(data) }),
    },
    {
      target: { query: listened.finals(sweepId) },
      tell: (data) => ({ event: 'final', value: storedFinal(data) }),
    },
  ],
};

/** `run:k3v7…` as its name and what stands behind the colon. */
export function partsOf(topic: string): { name: string; id: string } {
  const [name = '', id = ''] = topic.split(':');
  return { name, id };
}
