/** What each topic of the feed watches, and how a stored document becomes an event. */
import {
  epochSchema,
  logChunkSchema,
  paths,
  runEventRecordSchema,
  stageSchema,
  type FeedEvent,
  type Run,
} from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import { modelViewOf, parseModel } from '../../models/repository.js';
import type { StoredDocument, WatchTarget } from '../../ports/documentStore/documentStore.js';
import { queries } from '../../queries.js';
import { parseRun, readRun, viewOf } from '../../runs/repository.js';
import { maySee, teamsOf, type Caller } from '../caller.js';
import { visibleRun } from '../routes/parameters.js';

/** An event without its topic and key, which follow from where it stands. */
type Told =
  Extract<FeedEvent, { data: { value: unknown } }> extends infer E
    ? E extends { event: infer N; data: { value: infer V } }
      ? { event: N; value: V }
      : never
    : never;

/** A listener of a topic. */
export interface Watched {
  target: WatchTarget;
  /** Nothing where the caller may not see the document. */
  tell(document: StoredDocument): Told | undefined;
  /** What is told of a document that matches no longer; that it is gone unless given. */
  tellLast?(path: string): Promise<Told | undefined>;
}

type Open = (cp: Pick<ControlPlane, 'store'>, caller: Caller, id: string) => Promise<Watched[]>;

const toldRun = (run: Run): Told => ({ event: 'run', value: viewOf(run) });

const TOPICS: Readonly<Record<string, Open>> = {
  /** A run leaves the open ones when it ends: its end is told then. */
  runs: async ({ store }, caller) => {
    const toldTo = (run: Run | undefined) => (run && maySee(caller, run.teams) ? toldRun(run) : undefined);
    return [
      {
        target: { query: queries.allOpenRuns },
        tell: (document) => toldTo(parseRun(document)),
        tellLast: async (path) => toldTo(await readRun(store, path.slice(path.lastIndexOf('/') + 1))),
      },
    ];
  },
  models: async (_cp, caller) => [
    {
      target: { query: queries.allModels(teamsOf(caller)) },
      tell: (document) => ({ event: 'model', value: modelViewOf(parseModel(document)) }),
    },
  ],
  run: async (cp, caller, id) => {
    const { runId } = await visibleRun(cp, caller, id);
    return [
      { target: { document: paths.run(runId) }, tell: (document) => toldRun(parseRun(document)) },
      {
        target: { query: queries.stages(runId) },
        tell: ({ data }) => ({ event: 'stage', value: stageSchema.parse(data) }),
      },
      {
        target: { query: queries.epochs(runId) },
        tell: ({ data }) => ({ event: 'epoch', value: epochSchema.parse(data) }),
      },
      {
        target: { query: queries.events(runId) },
        tell: ({ data }) => ({ event: 'record', value: runEventRecordSchema.parse(data) }),
      },
    ];
  },
  logs: async (cp, caller, id) => {
    const { runId } = await visibleRun(cp, caller, id);
    return [
      {
        target: { query: queries.allLogChunks(runId) },
        tell: ({ data }) => ({ event: 'log', value: logChunkSchema.parse(data) }),
      },
    ];
  },
};

/** The listeners of a topic, such as `runs` or `run:k3v7…`; refused with 404 where the caller does not see what it names. */
export async function openTopic(
  cp: Pick<ControlPlane, 'store'>,
  caller: Caller,
  topic: string,
): Promise<Watched[]> {
  const [name = '', id = ''] = topic.split(':');
  const open = TOPICS[name];
  if (!open) throw new Error(`no topic ${name}`);
  return open(cp, caller, id);
}
