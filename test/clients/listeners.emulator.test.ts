/** A real run of a whole Trainyard on the emulators, as real SDKs hear of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STAGES, isTerminal, paths, runSchema, type RunView, type Stage } from '@trainyard/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emulatorHost, type EmulatorHost } from '../support/hosts/emulatorHost.js';
import { emulatorsMissing } from '../support/hosts/emulators.js';
import {
  serverClient,
  webClient,
  webSdks,
  type Change,
  type FirestoreClient,
  type RowQuery,
} from '../support/hosts/firestoreClients.js';
import { stackSpec, untilOver, writePurchases } from '../support/hosts/stack.js';
import { until } from '../support/until.js';

const MODEL = 'shop';
const EPOCHS = 6;
const ANA = { sub: 'ana', trainyardRole: 'viewer', trainyardTeams: ['red'] };
const BOB = { sub: 'bob', trainyardRole: 'viewer', trainyardTeams: ['blue'] };
const STRANGER = { sub: 'stranger' };

/** What listeners told of a run, oldest first. */
interface Told {
  runs: Record<string, unknown>[];
  epochs: Change[];
  stages: Change[];
  errors: Error[];
}

/** Listens for runs of the model before there is one, then to the run and what is below it. Resolves when it listens. */
async function follow(client: FirestoreClient): Promise<Told> {
  const told: Told = { runs: [], epochs: [], stages: [], errors: [] };
  const fail = (error: Error) => void told.errors.push(error);
  const followRun = (runId: string) => {
    client.onDocument(paths.run(runId), (data) => told.runs.push(data), fail);
    const epochs = { collection: paths.epochs(runId), orderBy: 'epoch' };
    client.onRows(epochs, (changes) => told.epochs.push(...changes), fail);
    const stages = { collection: paths.stages(runId) };
    client.onRows(stages, (changes) => told.stages.push(...changes), fail);
  };
  let listens = false;
  const tell = (changes: Change[]) => {
    listens = true;
    for (const { type, id } of changes) if (type === 'added') followRun(id);
  };
  client.onRows(runsFor('*', 'red'), tell, fail);
  await until('the first snapshot', () => listens || told.errors.length > 0);
  return told;
}

/** The runs of the model that members of the teams may read. */
function runsFor(...teams: string[]): RowQuery {
  return {
    collection: paths.runs,
    where: [
      ['modelId', '==', MODEL],
      ['teams', 'array-contains-any', teams],
    ],
  };
}

describe.skipIf(emulatorsMissing)('listeners', () => {
  const closing: (() => Promise<void>)[] = [];
  const followers: Record<string, Told> = {};
  let host: EmulatorHost;
  let run: RunView;

  const page = (sdk: keyof typeof webSdks, user: typeof STRANGER) => {
    const client = webClient(webSdks[sdk], host, user);
    closing.push(() => client.close());
    return client;
  };

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    host = await emulatorHost(folder);
    closing.push(() => host.stop());
    const limited = await fetch(`${host.client.url}/api/models/${MODEL}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ teams: ['red'] }),
    });
    if (!limited.ok) throw new Error(`the model's team was not set: ${await limited.text()}`);
    const server = serverClient(host);
    closing.push(() => server.close());
    followers['server'] = await follow(server);
    followers['node'] = await follow(page('node', ANA));
    followers['browser'] = await follow(page('browser', ANA));

    const spec = stackSpec(await writePurchases(folder, 4000), {
      training: { epochs: EPOCHS, batchSize: 256, earlyStopping: false },
    });
    const { runId } = await host.client.start(MODEL, spec);
    run = await untilOver(host.client, runId);
  }, 120_000);

  afterAll(async () => {
    for (let close = closing.pop(); close; close = closing.pop()) await close();
  });

  describe.each([
    { name: '@google-cloud/firestore', key: 'server' },
    { name: 'the web SDK as Node imports it, under the security rules,', key: 'node' },
    { name: 'the web SDK of browsers, under the security rules,', key: 'browser' },
  ])('$name', ({ key }) => {
    const told = () => {
      const found = followers[key]!;
      expect(found.errors).toEqual([]);
      return found;
    };

    it('hears each status in its order, and the run at last as the API shows it', async () => {
      const { runs } = told();
      await until('the same as the API', async () => {
        const { lease, ...seen } = runSchema.parse(runs.at(-1));
        const { name, ...shown } = await host.client.get(run.runId);
        expect(name).toBe(`${MODEL}#1`);
        expect(lease).toBeNull();
        expect(seen).toEqual(shown);
        return true;
      });
      const statuses = runs.map(({ status }) => String(status));
      const distinct = statuses.filter((status, i) => status !== statuses[i - 1]);
      // States that follow each other quickly may be told as one.
      const inOrder = ['pending', 'provisioning', 'running', 'completed'];
      expect(distinct).toEqual(inOrder.filter((status) => distinct.includes(status)));
      expect(distinct.slice(-2)).toEqual(['running', 'completed']);
      expect(isTerminal(run.status)).toBe(true);
      for (const field of ['seq', 'currentEpoch']) {
        const values = runs.map((state) => Number(state[field]));
        expect(values).toEqual(values.toSorted((a, b) => a - b));
      }
    });

    it('hears each epoch once, with the numbers of the API', async () => {
      const { epochs } = told();
      await until('the epochs', () => epochs.length >= EPOCHS);
      expect(epochs.map(({ type }) => type)).toEqual(Array.from({ length: EPOCHS }, () => 'added'));
      expect(epochs.map(({ data }) => data)).toEqual(await host.client.metrics(run.runId));
    });

    it('hears each of the six stages once', async () => {
      const { stages } = told();
      await until('the stages', () => stages.length >= STAGES.length);
      expect(stages.map(({ type }) => type)).toEqual(STAGES.map(() => 'added'));
      // Those that one batch of callbacks told of arrive together, in the order of their names.
      const rows = stages.map(({ data }) => data as unknown as Stage);
      const inOrder = rows.toSorted((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage));
      expect(inOrder).toEqual(await host.client.stages(run.runId));
    });
  });

  describe.each(['node', 'browser'] as const)('the web SDK of %s', (sdk) => {
    /** How a listener fares at first: the code of its error, or how much it was shown. */
    const fate = async (listen: (shown: (count: number) => void, fail: (error: Error) => void) => void) => {
      const fates: (string | number)[] = [];
      listen(
        (count) => fates.push(count),
        (error) => fates.push('code' in error ? String(error.code) : error.message),
      );
      await until('an answer', () => fates.length > 0);
      return fates[0];
    };
    const ofRows = (client: FirestoreClient, query: RowQuery) =>
      fate((shown, fail) => client.onRows(query, (changes) => shown(changes.length), fail));
    const ofRun = (client: FirestoreClient) =>
      fate((shown, fail) => client.onDocument(paths.run(run.runId), () => shown(1), fail));

    it('is refused the run, its epochs and the list where the user has no role', async () => {
      const client = page(sdk, STRANGER);
      expect(await ofRun(client)).toBe('permission-denied');
      expect(await ofRows(client, { collection: paths.epochs(run.runId) })).toBe('permission-denied');
      expect(await ofRows(client, runsFor('*'))).toBe('permission-denied');
    });

    it('is shown no run to members of other teams', async () => {
      const client = page(sdk, BOB);
      expect(await ofRows(client, runsFor('*', 'blue'))).toBe(0);
      expect(await ofRows(client, runsFor('*', 'red'))).toBe('permission-denied');
      expect(await ofRows(client, { collection: paths.runs })).toBe('permission-denied');
      expect(await ofRun(client)).toBe('permission-denied');
      expect(await ofRows(client, { collection: paths.stages(run.runId) })).toBe('permission-denied');
    });

    it('shows a viewer of the team what a page asks for that is opened late', async () => {
      const client = page(sdk, ANA);
      expect(await ofRun(client)).toBe(1);
      expect(await ofRows(client, runsFor('*', 'red'))).toBe(1);
      expect(await ofRows(client, { collection: paths.epochs(run.runId) })).toBe(EPOCHS);
    });
  });
});
