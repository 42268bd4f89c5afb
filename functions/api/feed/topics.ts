/** What the API listens to for each topic, for who asks. */
import { TOPICS, partsOf, type Listened, type Told } from '@trainyard/shared/feed/topics';
import type { ControlPlane } from '../../controlPlane.js';
import type { StoredDocument, WatchTarget } from '../../ports/documentStore/documentStore.js';
import { parseRun } from '../../runs/repository.js';
import { maySee, teamsOf, type Caller } from '../caller.js';
import { visibleModel, visibleRun, visibleSweep } from '../routes/parameters.js';

/** A listener of a topic. */
export interface Watched {
  target: WatchTarget;
  /** Nothing where the caller may not see the document. */
  tell(document: StoredDocument): Told | undefined;
  /** What is told of a document that matches no longer; that it is gone unless given. */
  tellLast?(path: string): Promise<Told | undefined>;
}

type Store = Pick<ControlPlane, 'store'>;

/** Refuses with 404 what the caller does not see. Of topics that name nothing, and of sweeps, what they ask for limits what is told. */
const GUARDS: Readonly<Record<string, (cp: Store, caller: Caller, id: string) => Promise<unknown>>> = {
  run: visibleRun,
  logs: visibleRun,
  model: visibleModel,
  sweep: visibleSweep,
};

/** The listeners of a topic, such as `runs` or `run:k3v7…`; refused with 404 where the caller does not see what it names. */
export async function openTopic(cp: Store, caller: Caller, topic: string): Promise<Watched[]> {
  const { name, id } = partsOf(topic);
  const listenTo = TOPICS[name];
  if (!listenTo) throw new Error(`no topic ${name}`);
  await GUARDS[name]?.(cp, caller, id);
  if (name === 'runs') return listenTo(id, undefined).map((each) => openRuns(cp, caller, each));
  return listenTo(id, teamsOf(caller)).map(({ target, tell }) => ({
    target,
    tell: ({ data }) => tell(data),
  }));
}

/**
 * One listener for the callers of all teams, each of whom is told of the runs that they see. A run leaves the open ones when it ends: its
 * end is told then.
 */
function openRuns({ store }: Store, caller: Caller, { target, tell }: Listened): Watched {
  const toldTo = (data: StoredDocument['data'] | undefined) =>
    data && maySee(caller, parseRun({ path: '', data }).teams) ? tell(data) : undefined;
  return {
    target,
    tell: ({ data }) => toldTo(data),
    tellLast: async (path) => toldTo((await store.get(path))?.data),
  };
}
