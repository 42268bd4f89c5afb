/** The security rules on the official emulator: each role × each collection × read, list, write. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  assertFails,
  assertSucceeds,
  initializeTestEnvironment,
  type RulesTestContext,
  type RulesTestEnvironment,
} from '@firebase/rules-unit-testing';
import {
  collection,
  deleteDoc,
  doc,
  getDoc,
  getDocs,
  query,
  setDoc,
  where,
  type Firestore,
} from 'firebase/firestore';
import { partsOf, TOPICS } from '@trainyard/shared/feed/topics';
import { webQuery } from '../../dashboard/feed/webQuery.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emulatorsMissing, sharedEmulators } from '../support/hosts/emulators.js';

const PROJECT = 'demo-rules';
const RUNS = { red: 'run-of-red', everybody: 'run-of-everybody' } as const;
const BELOW = ['stages', 'epochs', 'logs', 'events'] as const;
const SWEEPS = { red: 'sweep-of-red', everybody: 'sweep-of-everybody' } as const;
const MODELS = { red: 'model-of-red', everybody: 'model-of-everybody' } as const;
const BELOW_SWEEPS = ['trials', 'queue', 'ends', 'finals'] as const;
const BELOW_MODELS = ['versions', 'experiments'] as const;
const PRESETS = ['datasets/d', 'featureConfigs/f', 'modelConfigs/m'] as const;
/** Collections that are nobody's business but the functions'. */
const CLOSED = [
  `models/${MODELS.everybody}/summaries/1`,
  `models/${MODELS.everybody}/releases/1`,
  'upkeep/summaries',
  'datasets/d/versions/1',
  'featureConfigs/f/versions/1',
  'modelConfigs/m/versions/1',
  'outbox/e',
  'idempotencyKeys/k',
  'unknown/u',
  `runs/${RUNS.everybody}/secrets/s`,
  `sweeps/${SWEEPS.everybody}/turns/1-1`,
  'openSweeps/o',
];

type Name = 'nobody' | 'stranger' | 'blueViewer' | 'redViewer' | 'redTrainer' | 'admin';
/** Whether somebody reads the runs of team red, and those of everybody. */
const READS: Record<Name, { red: boolean; everybody: boolean }> = {
  nobody: { red: false, everybody: false },
  stranger: { red: false, everybody: false },
  blueViewer: { red: false, everybody: true },
  redViewer: { red: true, everybody: true },
  redTrainer: { red: true, everybody: true },
  admin: { red: true, everybody: true },
};
/** What somebody asks for: the teams that the token names, and those of everybody; of administrators nothing is asked. */
const TEAMS: Record<Name, readonly string[] | undefined> = {
  nobody: ['*'],
  stranger: ['*'],
  blueViewer: ['*', 'blue'],
  redViewer: ['*', 'red', 'green'],
  redTrainer: ['*', 'red'],
  admin: undefined,
};
const names = Object.keys(READS) as Name[];

describe.skipIf(emulatorsMissing)('the security rules', () => {
  let environment: RulesTestEnvironment;
  let people: Record<Name, RulesTestContext>;

  beforeAll(async () => {
    const [host = '', port = ''] = sharedEmulators().firestore.split(':');
    const rules = await readFile(fileURLToPath(new URL('../../firestore.rules', import.meta.url)), 'utf8');
    environment = await initializeTestEnvironment({
      projectId: PROJECT,
      firestore: { host, port: Number(port), rules },
    });
    const member = (name: string, trainyardRole: string, ...trainyardTeams: string[]) =>
      environment.authenticatedContext(name, { trainyardRole, trainyardTeams });
    people = {
      nobody: environment.unauthenticatedContext(),
      stranger: environment.authenticatedContext('stranger'),
      blueViewer: member('blue', 'viewer', 'blue'),
      redViewer: member('red', 'viewer', 'red', 'green'),
      redTrainer: member('trainer', 'trainer', 'red'),
      admin: environment.authenticatedContext('admin', { trainyardRole: 'admin' }),
    };
    await environment.withSecurityRulesDisabled(async (context) => {
      const store = context.firestore();
      const put = (path: string, data: object) => setDoc(doc(store, path), data);
      await put(`runs/${RUNS.red}`, { modelId: 'demo', teams: ['red'] });
      await put(`runs/${RUNS.everybody}`, { modelId: 'demo', teams: ['*'] });
      for (const run of Object.values(RUNS))
        for (const below of BELOW) await put(`runs/${run}/${below}/1`, { n: 1 });
      for (const [team, sweep] of Object.entries(SWEEPS)) {
        await put(`sweeps/${sweep}`, { modelId: 'demo', teams: [team === 'red' ? 'red' : '*'] });
        for (const below of BELOW_SWEEPS) await put(`sweeps/${sweep}/${below}/1`, { n: 1 });
      }
      for (const [team, model] of Object.entries(MODELS)) {
        await put(`models/${model}`, { teams: [team === 'red' ? 'red' : '*'] });
        for (const below of BELOW_MODELS) await put(`models/${model}/${below}/1`, { n: 1 });
      }
      for (const path of [...PRESETS, ...CLOSED]) await put(path, { n: 1 });
    });
  });

  afterAll(() => environment.cleanup());

  const decided = (isAllowed: boolean, asked: Promise<unknown>) =>
    isAllowed ? assertSucceeds(asked) : assertFails(asked);

  describe.each(names)('%s', (name) => {
    const store = () => people[name].firestore();

    it.each(['red', 'everybody'] as const)(
      'reads a run of %s, and what is below it, as the table says',
      async (team) => {
        const allowed = READS[name][team];
        await decided(allowed, getDoc(doc(store(), `runs/${RUNS[team]}`)));
        for (const below of BELOW) {
          await decided(allowed, getDoc(doc(store(), `runs/${RUNS[team]}/${below}/1`)));
          await decided(allowed, getDocs(collection(store(), `runs/${RUNS[team]}/${below}`)));
        }
      },
    );

    it.each(['red', 'everybody'] as const)(
      'reads a sweep of %s, its trials, its ends and its final runs, as the table says',
      async (team) => {
        const allowed = READS[name][team];
        await decided(allowed, getDoc(doc(store(), `sweeps/${SWEEPS[team]}`)));
        for (const below of BELOW_SWEEPS)
          await decided(allowed, getDoc(doc(store(), `sweeps/${SWEEPS[team]}/${below}/1`)));
      },
    );

    it.each(['red', 'everybody'] as const)(
      'reads a model of %s, its versions and its experiments, as the table says',
      async (team) => {
        const allowed = READS[name][team];
        const model = `models/${MODELS[team]}`;
        await decided(allowed, getDoc(doc(store(), model)));
        for (const below of BELOW_MODELS) {
          await decided(allowed, getDoc(doc(store(), `${model}/${below}/1`)));
          await decided(allowed, getDocs(collection(store(), `${model}/${below}`)));
        }
        // Administrators see whatever team it is of, and of a model that is not there nothing.
        await decided(name === 'admin', getDocs(collection(store(), 'models/of-nobody/experiments')));
      },
    );

    it('reads the presets with any role, and their versions never', async () => {
      for (const path of PRESETS) {
        await decided(READS[name].everybody, getDoc(doc(store(), path)));
        await decided(READS[name].everybody, getDocs(collection(store(), path.slice(0, path.indexOf('/')))));
        await assertFails(getDocs(collection(store(), `${path}/versions`)));
      }
    });

    it('asks for each topic of the feed what the API would tell, and nothing else', async () => {
      const { red, everybody } = READS[name];
      const teams = TEAMS[name];
      const asked = (topic: string) => {
        const { name: kind, id } = partsOf(topic);
        return (TOPICS[kind]?.(id, teams) ?? []).map(({ target }) =>
          'document' in target
            ? getDoc(doc(store(), target.document))
            : getDocs(webQuery(store() as unknown as Firestore, target.query)),
        );
      };
      const expected: [topic: string, isAllowed: boolean][] = [
        ['runs', everybody],
        ['models', everybody],
        ['presets', everybody],
        [`sweeps:demo`, everybody],
        [`run:${RUNS.red}`, red],
        [`logs:${RUNS.red}`, red],
        [`model:${MODELS.red}`, red],
        [`sweep:${SWEEPS.red}`, red],
      ];
      for (const [topic, isAllowed] of expected)
        for (const answer of asked(topic)) await decided(isAllowed, answer);
    });

    it('lists the runs that a query limits to what may be read, and never all of them', async () => {
      const runs = collection(store(), 'runs');
      const list = (...teams: string[]) => getDocs(query(runs, where('teams', 'array-contains-any', teams)));
      await decided(name === 'admin', getDocs(runs));
      await decided(READS[name].everybody, getDocs(query(runs, where('teams', 'array-contains', '*'))));
      await decided(READS[name].red, list('red'));
      await decided(READS[name].red, list('*', 'red'));
      if (READS[name].red) expect((await list('red')).docs.map(({ id }) => id)).toEqual([RUNS.red]);
    });

    it('writes and deletes nothing', async () => {
      const below = [
        ...BELOW.map((part) => `runs/${RUNS.everybody}/${part}/1`),
        ...BELOW_SWEEPS.map((part) => `sweeps/${SWEEPS.everybody}/${part}/1`),
        ...BELOW_MODELS.map((part) => `models/${MODELS.everybody}/${part}/1`),
      ];
      const open = [
        `runs/${RUNS.everybody}`,
        `models/${MODELS.everybody}`,
        `sweeps/${SWEEPS.everybody}`,
        ...PRESETS,
      ];
      for (const path of [...open, 'runs/new', ...below, ...CLOSED]) {
        await assertFails(setDoc(doc(store(), path), { teams: ['*'] }));
        await assertFails(deleteDoc(doc(store(), path)));
      }
    });

    it('sees nothing of what is closed', async () => {
      for (const path of CLOSED) {
        await assertFails(getDoc(doc(store(), path)));
        await assertFails(getDocs(collection(store(), path.slice(0, path.lastIndexOf('/')))));
      }
    });
  });

  it('have no expression that these tests did not decide', async () => {
    const report = await fetch(
      `http://${sharedEmulators().firestore}/emulator/v1/projects/${PROJECT}:ruleCoverage`,
    );
    const { report: covered } = (await report.json()) as { report: Report[] };
    const untested = leaves(covered).filter(({ values }) => !values?.length);
    expect(untested.map(({ sourcePosition }) => sourcePosition)).toEqual([]);
    expect(covered.length).toBeGreaterThan(0);
  });
});

interface Report {
  sourcePosition: { line: number; column: number };
  values?: { value: unknown; count: number }[];
  children?: Report[];
}

function leaves(reports: readonly Report[]): Report[] {
  return reports.flatMap((report) => (report.children ? [report, ...leaves(report.children)] : [report]));
}
