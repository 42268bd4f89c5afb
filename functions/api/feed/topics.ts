/** What the API listens to for each topic, for who asks. */
import { teamsOf } from '@trainyard/shared/feed/queries';
import type { Teller } from '@trainyard/shared/feed/telling';
import { TOPICS, partsOf, type Listened } from '@trainyard/shared/feed/topics';
import type { ControlPlane } from '../../controlPlane.js';
import type { StoredDocument, WatchTarget } from '../../ports/documentStore/documentStore.js';
import { parseRun } from '../../runs/repository.js';
import { maySee, type Caller } from '../caller.js';
import { visibleModel, visibleRun, visibleSweep } from '../routes/parameters.js';

/** A listener of a topic. */
interface Watched extends Teller {
  target: WatchTarget;
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
  return listenTo(id, teamsOf(caller)).map(({ target, tell }) => ({ target, tell }));
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
    tell: toldTo,
    tellLast: async (path) => toldTo((await store.get(path))?.data),
  };
}
