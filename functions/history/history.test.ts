/** The functions as Firestore triggers them, against the stand-in for BigQuery. */
import { readdir, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
// Before the framework, which takes what it finds.
import '../../test/support/withoutDomains.js';
import { cloudEvent, type CloudEventFunction } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { paths, subjectOf, type Epoch, type Run, type RunResult } from '@trainyard/shared';
import functionsTest from 'firebase-functions-test';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventOfKind, SUBJECT_KINDS } from '../../test/contracts/events.js';
import { START, testControlPlane, type TestControlPlane } from '../../test/support/controlPlane.js';
import { newRun } from '../../test/support/newRun.js';
import { epochRow as epochOf } from '../../test/support/runView.js';
import { until } from '../../test/support/until.js';
import { configFromEnvironment } from '../config.js';
import { BigQueryStandIn } from '../../test/support/standIns/bigQueryStandIn.js';
import { openBigQueryHistorySink } from './bigQueryHistorySink.js';
import { historyMarkerSchema } from './marker.js';
import { recordHistory } from './recordHistory.js';
import { epochRow, runRow } from './rows.js';

// Says which project it is; the Firebase SDK looks for that in the environment when it is loaded.
const firebase = functionsTest({ projectId: 'demo-project' });
afterAll(() => firebase.cleanup());
const functions = await import('../entries/history.js');

const RUN_ID = 'abcdefghijklmnopqrst';
const END = new Date(START.getTime() + 3_600_000).toISOString();
const RESULT: RunResult = {
  metrics: { val_loss: 5.25 },
  baselines: {},
  artifacts: { query_model: 'gs://b/query_model' },
  epochsTrained: 3,
  bestEpoch: 3,
  earlyStoppedAtEpoch: null,
  backend: 'cpu',
  examplesPerSecond: 1000,
};
const running = newRun(START, { status: 'running', startedAt: START.toISOString() });
const completed: Run = { ...running, status: 'completed', endedAt: END, result: RESULT };

const documentOf = (path: string, data: object | undefined) =>
  firebase.firestore.makeDocumentSnapshot({ ...data }, path);

/** What Firestore delivers when a document is written; undefined where there was none. */
function written(path: string, before: object | undefined, after: object | undefined) {
  return firebase.makeChange(documentOf(path, before), documentOf(path, after));
}

interface HistoryHarness {
  cp: TestControlPlane;
  bigQuery: BigQueryStandIn;
  /** Stores an epoch, without any delivery. */
  store(...epochs: Epoch[]): Promise<void>;
  deliverRun(before: Run | undefined, after: Run, time?: string): Promise<void>;
  deliverEpoch(before: Epoch | undefined, after: Epoch | undefined, time?: string): Promise<void>;
  /** Stores an epoch and delivers its write. */
  storeAndDeliver(epoch: Epoch, before?: Epoch): Promise<void>;
  /** Stores the run and delivers the write that ended it. */
  end(run?: Run): Promise<void>;
}

async function openHarness(): Promise<HistoryHarness> {
  const bigQuery = new BigQueryStandIn();
  await bigQuery.start();
  onTestFinished(() => bigQuery.stop());
  const cp = await testControlPlane({ history: bigQuery.options });
  const now = () => cp.now().toISOString();
  const [runHistory, epochHistory] = [
    firebase.wrap(functions.runHistory),
    firebase.wrap(functions.epochHistory),
  ];
  const here: HistoryHarness = {
    cp,
    bigQuery,
    store: (...epochs) =>
      cp.store.transaction(async (tx) => {
        for (const epoch of epochs) tx.set(paths.epoch(RUN_ID, epoch.epoch), { ...epoch });
      }),
    deliverRun: async (before, after, time = now()) => {
      const data = written(paths.run(RUN_ID), before, after);
      await runHistory({ data, time, params: { runId: RUN_ID } });
    },
    deliverEpoch: async (before, after, time = now()) => {
      const path = paths.epoch(RUN_ID, (after ?? before)!.epoch);
      const params = { runId: RUN_ID, epoch: path.split('/').at(-1)! };
      await epochHistory({ data: written(path, before, after), time, params });
    },
    storeAndDeliver: async (epoch, before) => {
      await here.store(epoch);
      await here.deliverEpoch(before, epoch);
    },
    end: async (run = completed) => {
      await cp.put(run);
      await here.deliverRun(running, run);
    },
  };
  await cp.put(running);
  return here;
}

const epochIds = ({ bigQuery }: HistoryHarness) => bigQuery.ids('training_epochs');
const sortedEpochIds = (here: HistoryHarness) =>
  epochIds(here).toSorted((a = '', b = '') => a.localeCompare(b));
const runIds = ({ bigQuery }: HistoryHarness) => bigQuery.ids('training_runs');
const inserts = ({ bigQuery }: HistoryHarness) =>
  bigQuery.requests.filter((what) => what.endsWith('/insertAll')).length;
const errors = ({ cp }: HistoryHarness) => cp.logged.filter(({ severity }) => severity === 'ERROR');
const id = (epoch: number, attempt = 1) => `${RUN_ID}.${epoch}.${attempt}`;

describe('a run that ends', () => {
  it.each<[Run['status'], Partial<Run>]>([
    ['completed', { result: RESULT }],
    ['failed', { error: { code: 'lost', message: 'gone', stage: 'train', remedy: null } }],
    ['cancelled', { cancelRequestedAt: END }],
  ])('%s: its row and its epochs are in BigQuery', async (status, parts) => {
    const here = await openHarness();
    const epochs = [epochOf(1), epochOf(2), epochOf(3, { attempt: 2 })];
    await here.store(...epochs);
    const run = { ...running, ...parts, status, endedAt: END };
    await here.end(run);
    expect(here.bigQuery.rows('training_runs')).toEqual([runRow(run)]);
    expect(here.bigQuery.rows('training_epochs')).toEqual(epochs.map((epoch) => epochRow(run, epoch)));
    expect(errors(here)).toEqual([]);
  });

  it('before any epoch has a row, and no table of epochs is needed', async () => {
    const here = await openHarness();
    await here.end({ ...running, status: 'failed', endedAt: END });
    expect(runIds(here)).toEqual([RUN_ID]);
    expect([...here.bigQuery.tables.keys()]).toEqual(['training_runs']);
  });

  it('as soon as it was written is told, too', async () => {
    const here = await openHarness();
    await here.cp.put(completed);
    await here.deliverRun(undefined, completed);
    expect(runIds(here)).toEqual([RUN_ID]);
  });

  it('with more epochs than a request takes has all of them', async () => {
    const here = await openHarness();
    await here.store(...Array.from({ length: 1201 }, (_, i) => epochOf(i + 1, { metrics: { loss: i } })));
    await here.end();
    expect(new Set(epochIds(here)).size).toBe(1201);
    expect(epochIds(here)).toHaveLength(1201);
    expect(inserts(here)).toBe(4);
  });

  it('is told as it is stored, whatever the event says', async () => {
    const here = await openHarness();
    await here.cp.put(completed);
    await here.deliverRun(running, { ...completed, requestedBy: 'somebody else' });
    expect(here.bigQuery.rows('training_runs')).toEqual([runRow(completed)]);
  });

  it('changes nothing of the run: only its marker is written', async () => {
    const here = await openHarness();
    await here.store(epochOf(1));
    await here.cp.put(completed);
    const before = here.cp.documents();
    await here.end();
    const { [paths.history(RUN_ID)]: marker, ...rest } = here.cp.documents();
    expect(rest).toEqual(before);
    expect(historyMarkerSchema.parse(marker)).toMatchObject({ run: true, epochs: { 1: 1 }, refused: [] });
  });
});

describe('writes that end no run', () => {
  it.each<[string, Run | undefined, Run]>([
    ['a new run', undefined, newRun(START)],
    ['a heartbeat', running, { ...running, currentEpoch: 1 }],
    ['a request to cancel', running, { ...running, status: 'cancelling' }],
    ['a write after the end', completed, { ...completed, updatedAt: END }],
  ])('%s does nothing, and nothing is read or asked', async (_what, before, after) => {
    const here = await openHarness();
    here.cp.store.failReads(new Error('read'));
    await here.deliverRun(before, after);
    expect(here.bigQuery.requests).toEqual([]);
  });

  it('an epoch of a run that goes on waits for its end', async () => {
    const here = await openHarness();
    await here.storeAndDeliver(epochOf(1));
    await here.storeAndDeliver(epochOf(2));
    expect(here.bigQuery.requests).toEqual([]);
    await here.end();
    expect(epochIds(here)).toEqual([id(1), id(2)]);
  });

  it('an end that the store does not know of is not told', async () => {
    const here = await openHarness();
    await here.deliverRun(running, completed);
    expect(here.bigQuery.requests).toEqual([]);
  });

  it('a run that is gone is not told', async () => {
    const here = await openHarness();
    await here.cp.store.transaction(async (tx) => tx.delete(paths.run(RUN_ID)));
    await here.deliverRun(running, completed);
    expect(here.bigQuery.requests).toEqual([]);
  });
});

describe('the history', () => {
  it.each(SUBJECT_KINDS)('keeps of a %s what it has tables for', async (kind) => {
    const here = await openHarness();
    await here.store(epochOf(1));
    await here.cp.put(completed);
    const { path: _path, ...subject } = subjectOf(eventOfKind[kind]().data);
    await recordHistory(here.cp, openBigQueryHistorySink(here.bigQuery.options), subject);
    expect(runIds(here)).toEqual(kind === 'run' ? [RUN_ID] : []);
    expect(epochIds(here)).toEqual(kind === 'run' ? [id(1)] : []);
  });
});

describe('deliveries', () => {
  it('repeated find the marker and do nothing', async () => {
    const here = await openHarness();
    await here.store(epochOf(1));
    await here.end();
    const requests = here.bigQuery.requests.length;
    here.bigQuery.forgetInsertIds();
    await here.deliverRun(running, completed);
    await here.deliverEpoch(undefined, epochOf(1));
    expect(here.bigQuery.requests).toHaveLength(requests);
    expect(here.bigQuery.rows('training_runs')).toHaveLength(1);
    expect(here.bigQuery.rows('training_epochs')).toHaveLength(1);
  });

  it('at the same time give one row each', async () => {
    const here = await openHarness();
    const epochs = [epochOf(1), epochOf(2)];
    await here.store(...epochs);
    await here.cp.put(completed);
    await Promise.all([
      ...Array.from({ length: 5 }, () => here.deliverRun(running, completed)),
      ...epochs.map((epoch) => here.deliverEpoch(undefined, epoch)),
    ]);
    expect(runIds(here)).toEqual([RUN_ID]);
    expect(sortedEpochIds(here)).toEqual([id(1), id(2)]);
  });

  it.each([1, 2])(
    'after a crash between insert %i and its mark repeat it with the same keys',
    async (crash) => {
      const here = await openHarness();
      await here.store(epochOf(1), epochOf(2));
      await here.cp.put(completed);
      const crashing = crash === 1 ? 'training_epochs' : 'training_runs';
      here.bigQuery.before = ({ what }) => {
        if (what === `POST tables/${crashing}/insertAll`) here.cp.store.failNextCommits();
        return undefined;
      };
      await expect(here.deliverRun(running, completed)).rejects.toThrow('the store is gone');
      here.bigQuery.before = () => undefined;
      expect(here.bigQuery.rows(crashing)).not.toEqual([]);
      await here.deliverRun(running, completed);
      expect(runIds(here)).toEqual([RUN_ID]);
      expect(epochIds(here)).toEqual([id(1), id(2)]);
      expect(inserts(here)).toBe(3);
    },
  );

  it('are thrown while BigQuery is down, and make everything good when it is up again', async () => {
    const here = await openHarness();
    await here.store(epochOf(1));
    here.bigQuery.before = () => ({ status: 503, reason: 'backendError', message: 'down' });
    await expect(here.end()).rejects.toThrow('down');
    await expect(here.deliverRun(running, completed)).rejects.toThrow('down');
    expect(here.cp.documents()[paths.history(RUN_ID)]).toBeUndefined();
    here.bigQuery.before = () => undefined;
    await here.deliverRun(running, completed);
    expect(runIds(here)).toEqual([RUN_ID]);
    expect(epochIds(here)).toEqual([id(1)]);
  });

  it('older than a day are given up, with an error that names the run', async () => {
    const here = await openHarness();
    await here.cp.put(completed);
    const then = here.cp.now().toISOString();
    here.cp.pass(86_400);
    await here.deliverRun(running, completed, then);
    expect(runIds(here)).toEqual([RUN_ID]);
    here.cp.pass(1);
    await here.deliverEpoch(undefined, epochOf(1), then);
    expect(errors(here)).toMatchObject([
      {
        message: 'an event is given up: its rows are missing from the history',
        fields: { runId: RUN_ID, event: expect.any(String) as unknown },
      },
    ]);
  });
});

describe('epochs stored after the end', () => {
  it('are added when they come', async () => {
    const here = await openHarness();
    await here.store(epochOf(1));
    await here.end();
    await here.storeAndDeliver(epochOf(3));
    await here.storeAndDeliver(epochOf(2));
    expect(epochIds(here)).toEqual([id(1), id(3), id(2)]);
    expect(runIds(here)).toEqual([RUN_ID]);
  });

  it('by a newer attempt are added as rows of their own', async () => {
    const here = await openHarness();
    await here.store(epochOf(1));
    await here.end();
    await here.storeAndDeliver(epochOf(1, { attempt: 2 }), epochOf(1));
    expect(epochIds(here)).toEqual([id(1), id(1, 2)]);
  });

  it('are left to the run’s own trigger until that one is done', async () => {
    const here = await openHarness();
    await here.cp.put(completed);
    await here.storeAndDeliver(epochOf(1));
    expect(here.bigQuery.requests).toEqual([]);
    await here.deliverRun(running, completed);
    expect(epochIds(here)).toEqual([id(1)]);
  });

  it('while the run is being told are not missed, though their own trigger leaves them', async () => {
    const here = await openHarness();
    await here.store(epochOf(1));
    let late: Promise<void> | undefined;
    here.bigQuery.before = ({ what }) => {
      // The epochs have been read by now, and the run is not marked yet.
      if (what === 'POST tables/training_runs/insertAll') late ??= here.storeAndDeliver(epochOf(2));
      return undefined;
    };
    await here.end();
    await late;
    expect(epochIds(here)).toEqual([id(1), id(2)]);
    expect(runIds(here)).toEqual([RUN_ID]);
  });

  it('deleted or written as they were, do nothing', async () => {
    const here = await openHarness();
    await here.end();
    here.cp.store.failReads(new Error('read'));
    const asked = here.bigQuery.requests.length;
    await here.deliverEpoch(epochOf(1), undefined);
    await here.deliverEpoch(epochOf(1), epochOf(1));
    expect(here.bigQuery.requests).toHaveLength(asked);
  });
});

describe('rows that BigQuery refuses', () => {
  it('for good are logged with key and reason, cost the others nothing, and are not tried again', async () => {
    const here = await openHarness();
    await here.store(epochOf(1), epochOf(2), epochOf(3));
    here.bigQuery.refuse = (_table, { insertId }) =>
      insertId === id(2) ? { reason: 'invalid', message: 'out of range' } : undefined;
    await here.end();
    expect(epochIds(here)).toEqual([id(1), id(3)]);
    expect(runIds(here)).toEqual([RUN_ID]);
    expect(errors(here)).toEqual([
      {
        severity: 'ERROR',
        message: 'rows are refused and missing from the history',
        fields: {
          runId: RUN_ID,
          table: 'training_epochs',
          rows: [{ id: id(2), reasons: ['invalid: out of range'] }],
        },
      },
    ]);
    const asked = here.bigQuery.requests.length;
    await here.deliverRun(running, completed);
    expect(here.bigQuery.requests).toHaveLength(asked);
    expect(here.cp.documents()[paths.history(RUN_ID)]).toMatchObject({ refused: [id(2)] });
  });

  it('for now are thrown, after the others are marked', async () => {
    const here = await openHarness();
    await here.store(epochOf(1), epochOf(2));
    here.bigQuery.refuse = (_table, { insertId }) =>
      insertId === id(2) ? { reason: 'backendError', message: 'later' } : undefined;
    await expect(here.end()).rejects.toThrow(`${id(2)}: backendError: later`);
    expect(runIds(here)).toEqual([]);
    here.bigQuery.refuse = () => undefined;
    here.bigQuery.forgetInsertIds();
    await here.deliverRun(running, completed);
    expect(here.bigQuery.rows('training_epochs')).toEqual(
      [epochOf(1), epochOf(2)].map((epoch) => epochRow(completed, epoch)),
    );
    expect(runIds(here)).toEqual([RUN_ID]);
  });
});

describe('any order of deliveries', () => {
  it('repeated and failing now and then ends with one row of the run and of each attempt at an epoch', async () => {
    const here = await openHarness();
    let request = 0;
    here.bigQuery.before = () =>
      ++request % 3 === 0 ? { status: 503, reason: 'backendError', message: 'down' } : undefined;
    /** As the platform does. */
    const delivered = (deliver: () => Promise<void>) =>
      until('the delivery is taken', () =>
        deliver().then(
          () => true,
          () => false,
        ),
      );
    const [old, fresh] = [epochOf(2), epochOf(2, { attempt: 2 })];
    await here.store(epochOf(1), old);
    await here.cp.put(completed);
    const atOnce = [
      delivered(() => here.deliverRun(running, completed)),
      delivered(() => here.deliverEpoch(undefined, epochOf(1))),
      delivered(() => here.deliverRun(running, completed)),
      delivered(() => here.deliverEpoch(undefined, old)),
    ];
    await Promise.all(atOnce);
    await here.store(fresh, epochOf(3));
    await Promise.all([
      delivered(() => here.deliverEpoch(undefined, epochOf(3))),
      delivered(() => here.deliverEpoch(old, fresh)),
      delivered(() => here.deliverRun(running, completed)),
    ]);
    expect(sortedEpochIds(here)).toEqual([id(1), id(2), id(2, 2), id(3)]);
    expect(runIds(here)).toEqual([RUN_ID]);
  });
});

describe('configuration', () => {
  it('without a dataset keeps no history, and says so once', async () => {
    const here = await openHarness();
    const cp = await testControlPlane();
    await cp.put(completed);
    await here.deliverRun(running, completed);
    await here.deliverRun(running, completed);
    await here.deliverEpoch(undefined, epochOf(1));
    expect(here.bigQuery.requests).toEqual([]);
    expect(cp.logged).toEqual([
      {
        severity: 'INFO',
        message: 'no history is kept: set TRAINYARD_HISTORY_DATASET to keep one',
        fields: {},
      },
    ]);
  });

  const GOOD = {
    GOOGLE_CLOUD_PROJECT: 'shop-prod',
    TRAINYARD_PUBLIC_URL: 'https://trainyard.example',
    TRAINYARD_MASTER_SECRET: 'a-secret-of-more-than-thirty-two-characters',
  };

  it.each([
    [undefined, undefined],
    ['trainyard', { projectId: 'shop-prod', dataset: 'trainyard' }],
    ['data-lake.trainyard', { projectId: 'data-lake', dataset: 'trainyard' }],
    ['example.com:data-lake.trainyard', { projectId: 'example.com:data-lake', dataset: 'trainyard' }],
  ])('TRAINYARD_HISTORY_DATASET %s names the dataset', (TRAINYARD_HISTORY_DATASET, history) => {
    expect(configFromEnvironment({ ...GOOD, TRAINYARD_HISTORY_DATASET }).history).toEqual(history);
  });

  it('refuses a dataset of a name that BigQuery has none of', () => {
    expect(() => configFromEnvironment({ ...GOOD, TRAINYARD_HISTORY_DATASET: 'my-data' })).toThrow(
      /must be letters, digits and underscores[^]*history\.dataset/,
    );
  });
});

describe('the functions', () => {
  it('listen to runs and to their epochs, and are retried', () => {
    const { __endpoint: ofRuns } = functions.runHistory;
    const { __endpoint: ofEpochs } = functions.epochHistory;
    const eventType = 'google.cloud.firestore.document.v1.written';
    const filters = (document: string) => ({ eventFilterPathPatterns: { document }, eventType, retry: true });
    expect(ofRuns.eventTrigger).toMatchObject(filters(paths.run('{runId}')));
    expect(ofEpochs.eventTrigger).toMatchObject(filters(`${paths.epochs('{runId}')}/{epoch}`));
  });

  it('take what the platform posts: 204 when the row is there, 500 to be called again', async () => {
    const here = await openHarness();
    await here.cp.put(completed);
    // As the platform does; the two packages disagree about the type of `specversion` only.
    cloudEvent('runHistory', functions.runHistory as unknown as CloudEventFunction);
    const post = await served('runHistory', {
      'ce-specversion': '1.0',
      'ce-id': 'event-1',
      'ce-type': 'google.cloud.firestore.document.v1.written',
      'ce-source': '//firestore.googleapis.com/projects/demo-project/databases/(default)',
      'ce-time': here.cp.now().toISOString(),
      'ce-project': 'demo-project',
      'ce-database': '(default)',
      'ce-document': paths.run(RUN_ID),
      'content-type': 'application/protobuf',
    });
    const ended = documentEvent('completed', 'running');
    here.bigQuery.before = () => ({ status: 503, reason: 'backendError', message: 'down' });
    expect(await post(ended)).toBe(500);
    here.bigQuery.before = () => undefined;
    expect(await post(documentEvent('pending'))).toBe(204);
    expect(runIds(here)).toEqual([]);
    expect(await post(ended)).toBe(204);
    expect(runIds(here)).toEqual([RUN_ID]);
  });

  it('alone bring the Firebase SDK with them, and nothing else does with them', async () => {
    const folder = fileURLToPath(new URL('..', import.meta.url));
    const files = await readdir(folder, { recursive: true });
    const sources = files.filter(
      (file) => /(?<!\.test|\.d)\.ts$/.test(file) && !/^(dist|node_modules)\b/.test(file),
    );
    const importing = async (what: RegExp) => {
      const texts = await Promise.all(sources.map((file) => readFile(join(folder, file), 'utf8')));
      return sources.filter((_, i) => what.test(texts[i]!));
    };
    expect(await importing(/from 'firebase-/)).toEqual(['entries/history.ts']);
    expect(await importing(/import.*entries\/history\.js/)).toEqual([]);
  });
});

/** The function behind a real server, as the platform hosts it; posts an event and returns the status. */
async function served(
  name: string,
  headers: Record<string, string>,
): Promise<(body: Buffer) => Promise<number>> {
  const server = getTestServer(name);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return async (body) => {
    const answer = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
    });
    await answer.text();
    return answer.status;
  };
}

/**
 * `google.events.cloud.firestore.v1.DocumentEventData` of a run's document that holds its status: what Eventarc posts. Field
 * numbers are those of https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/firestore/v1/data.proto.
 */
function documentEvent(after: string, before?: string): Buffer {
  const document = (status: string) => {
    const name = `projects/demo-project/databases/(default)/documents/${paths.run(RUN_ID)}`;
    const value = field(17, Buffer.from(status));
    const entry = [field(1, Buffer.from('status')), field(2, value)];
    const times = [field(3, Buffer.alloc(0)), field(4, Buffer.alloc(0))];
    return Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.concat(entry)), ...times]);
  };
  return Buffer.concat([
    field(1, document(after)),
    ...(before === undefined ? [] : [field(2, document(before))]),
  ]);
}

/** A length-delimited field of a protobuf message. */
function field(number: number, bytes: Buffer): Buffer {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
}
