import {
  lineageQuerySchema,
  lineageSchema,
  runName,
  type DataReference,
  type Lineage,
  type Run,
} from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import { queries } from '../../queries.js';
import { listStages, parseRun } from '../../runs/repository.js';
import { maySee, type Caller } from '../caller.js';
import { defineRoute } from '../defineRoute.js';
import { noParams } from './parameters.js';

const PAGE = 100;
/** Of runs that the caller may not see, so many are passed over. */
const MOST_READ = 1000;

const SIDES = {
  madeBy: { field: 'madeDigests', things: 'outputs' },
  usedBy: { field: 'usedDigests', things: 'inputs' },
} as const;
type Side = (typeof SIDES)[keyof typeof SIDES];

export const lineageRoute = defineRoute({
  method: 'GET',
  path: '/api/lineage',
  summary: 'Read which runs made something, and which used it',
  operationId: 'getLineage',
  description:
    'Rows, encoded data, weights, models and their files have digests, which stages tell of. Of the runs of other teams nothing is said.',
  access: 'viewer',
  params: noParams,
  query: lineageQuerySchema,
  result: lineageSchema,
  success: 200,
  async handle(cp, { query: { digest, limit }, caller }) {
    const found = async (side: Side) => {
      const runs = await visibleRuns(cp, caller, side, digest, limit + 1);
      const told = runs.slice(0, limit).map((run) => entryOf(cp, run, side, digest));
      return { entries: await Promise.all(told), hasMore: runs.length > limit };
    };
    const [made, used] = await Promise.all([found(SIDES.madeBy), found(SIDES.usedBy)]);
    const hasMore = made.hasMore || used.hasMore;
    return { body: { digest, madeBy: made.entries, usedBy: used.entries, hasMore } };
  },
});

async function visibleRuns(
  { store }: Pick<ControlPlane, 'store'>,
  caller: Caller,
  { field }: Side,
  digest: string,
  most: number,
): Promise<Run[]> {
  const visible: Run[] = [];
  let startAfter: Awaited<ReturnType<typeof store.query>>[number] | undefined;
  for (let read = 0; read < MOST_READ; read += PAGE) {
    const page = await store.query(queries.runsByDigest(field, digest, { startAfter, limit: PAGE }));
    visible.push(...page.map(parseRun).filter(({ teams }) => maySee(caller, teams)));
    startAfter = page.at(-1);
    if (visible.length >= most || page.length < PAGE) break;
  }
  return visible.slice(0, most);
}

async function entryOf(
  { store }: Pick<ControlPlane, 'store'>,
  run: Run,
  { things }: Side,
  digest: string,
): Promise<Lineage['madeBy'][number]> {
  const { runId, modelId, status, createdAt } = run;
  const stages = (await listStages(store, runId)).flatMap(({ stage, cacheHit, ...told }) => {
    const thing = told[things].find((one: DataReference) => one.digest === digest);
    return thing ? [{ stage, cacheHit, thing }] : [];
  });
  return { runId, modelId, name: runName(run), status, createdAt, stages };
}
