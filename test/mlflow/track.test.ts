import { paths, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { attach } from '../../functions/attachments/attach.js';
import { readMark } from '../../functions/mlflow/mark.js';
import { remindOfMlflow } from '../../functions/mlflow/remind.js';
import { endedRun } from '../support/endedRun.js';
import { newRun } from '../support/newRun.js';
import { START } from '../support/controlPlane.js';
import { epochOf, putEpochs, tracker, type Tracker } from '../support/mlflow.js';

const running = (parts: Partial<Run> = {}) =>
  newRun(START, { status: 'running', startedAt: START.toISOString(), ...parts });
const RUN = running().runId;

/** A run that has trained `count` epochs. */
async function withEpochs(tracked: Tracker, count: number, parts: Partial<Run> = {}): Promise<void> {
  await tracked.cp.put(running(parts));
  await putEpochs(tracked.cp, { runId: RUN }, ...Array.from({ length: count }, (_, i) => epochOf(i + 1)));
}

/** A run that completed with a model, whose files are there. */
async function completed({ cp }: Tracker, parts: Partial<Run> = {}): Promise<Run> {
  const files: Record<string, string> = {
    'evaluation.json': '{}',
    'report.html': '<p>',
    'visualizations/loss.svg': '<svg/>',
    'model/weights.bin': 'weights',
  };
  const folder = `runs/${RUN}/artifacts`;
  for (const [path, text] of Object.entries(files))
    await cp.objects.putIfAbsent(`${folder}/${path}`, Buffer.from(text));
  const manifest = {
    schemaVersion: 1,
    modelVersion: 'demo#7',
    createdAt: START.toISOString(),
    files: Object.entries(files).map(([path, text]) => ({
      path,
      bytes: text.length,
      sha256: '0'.repeat(64),
      contentType: 'text/plain',
    })),
  };
  await cp.objects.putIfAbsent(`${folder}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
  const ended = endedRun('completed');
  const result = ended.result && {
    ...ended.result,
    artifacts: { manifest: cp.objects.uri(`${folder}/manifest.json`) },
  };
  const run = { ...ended, result, ...parts };
  await cp.put(run);
  return run;
}

describe('a run that goes on', () => {
  it('is there with parameters, tags and the epochs so far, and says where', async () => {
    const tracked = await tracker();
    await withEpochs(tracked, 2, {
      title: 'wide towers',
      intent: 'ablation',
      requestedBy: 'ada@example.com',
      systemTags: { git_commit: '4f0c1d2', dataset_version: 'datasets/purchases@3' },
      experiment: 'towers',
    });
    await tracked.deliver(RUN, 'run.epoch.completed');
    const { server, cp } = tracked;
    const there = server.runOf(RUN);
    expect([...server.experiments.values()].map(({ name }) => name)).toEqual(['demo/towers']);
    expect(there).toMatchObject({
      name: 'wide towers (demo#1)',
      status: 'RUNNING',
      startTime: START.getTime(),
    });
    expect(Object.fromEntries(there.tags)).toMatchObject({
      'mlflow.user': 'ada@example.com',
      'mlflow.source.git.commit': '4f0c1d2',
      'trainyard.intent': 'ablation',
      dataset_version: 'datasets/purchases@3',
      git_commit: '4f0c1d2',
    });
    expect(there.params.get('training.batchSize')).toMatch(/^\d+$/);
    expect(there.params.get('dataset.source.uri')).toBe('purchases.csv');
    expect(
      server.points(RUN, 'val_loss').map(({ step, value, timestamp }) => [step, value, timestamp]),
    ).toEqual([
      [1, 7, Date.UTC(2026, 0, 1, 0, 1)],
      [2, 3.5, Date.UTC(2026, 0, 1, 0, 2)],
    ]);
    expect((await cp.run(RUN)).external).toEqual({
      mlflowExperimentId: there.experimentId,
      mlflowRunId: there.id,
      mlflowUrl: `${server.endpoint}/#/experiments/${there.experimentId}/runs/${there.id}`,
    });
  });

  it('is not told of events that say nothing to MLflow, which Pub/Sub delivers all the same', async () => {
    const tracked = await tracker();
    await withEpochs(tracked, 1);
    for (const type of ['run.requested', 'run.stage.completed', 'budget.reached'] as const)
      await tracked.deliver(RUN, type);
    expect(tracked.server.requests).toEqual([]);
  });

  it('is told one request per epoch once it is there', async () => {
    const tracked = await tracker();
    await withEpochs(tracked, 1);
    await tracked.deliver(RUN, 'run.epoch.completed');
    const before = tracked.server.requests.length;
    await putEpochs(tracked.cp, { runId: RUN }, epochOf(2));
    await tracked.deliver(RUN, 'run.epoch.completed');
    // The title and the tags are as they were.
    expect(tracked.server.requests.slice(before)).toEqual(['POST /runs/log-batch']);
  });

  it('has each point once, whatever is delivered twice, late or at once', async () => {
    const tracked = await tracker();
    await withEpochs(tracked, 3);
    await Promise.all(
      ['run.started', 'run.epoch.completed', 'run.epoch.completed'].map((type) =>
        tracked.deliver(RUN, type as 'run.started'),
      ),
    );
    await putEpochs(tracked.cp, { runId: RUN }, epochOf(5));
    await tracked.deliver(RUN, 'run.epoch.completed');
    await putEpochs(tracked.cp, { runId: RUN }, epochOf(4));
    await Promise.all([tracked.deliver(RUN, 'run.epoch.completed'), tracked.deliver(RUN, 'run.started')]);
    expect(tracked.server.points(RUN, 'loss').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(tracked.server.runs.size).toBe(1);
  });

  it('has what a later attempt trained otherwise beside what it had', async () => {
    const tracked = await tracker();
    await withEpochs(tracked, 2);
    await tracked.deliver(RUN, 'run.epoch.completed');
    const again = { attempt: 2, at: '2026-01-01T01:00:00.000Z' };
    const other = { ...epochOf(2, again), metrics: { loss: 3, val_loss: 9 } };
    await putEpochs(tracked.cp, { runId: RUN }, epochOf(1, again), other);
    const mark = await readMark(tracked.cp.store, RUN);
    await tracked.cp.store.transaction(async (tx) =>
      tx.set(paths.mlflowRun(RUN), { ...mark, written: null }),
    );
    await tracked.deliver(RUN, 'run.epoch.completed');
    expect(tracked.server.points(RUN, 'loss').map(({ step }) => step)).toEqual([1, 2]);
    expect(tracked.server.points(RUN, 'val_loss').map(({ step, value }) => [step, value])).toEqual([
      [1, 7],
      [2, 3.5],
      [2, 9],
    ]);
  });
});

describe('a run that ended', () => {
  it('has its result, baselines, files and status there, and its version in the registry', async () => {
    const tracked = await tracker();
    await putEpochs(tracked.cp, { runId: RUN }, epochOf(1), epochOf(2), epochOf(3));
    await completed(tracked);
    await tracked.deliver(RUN, 'model.version.registered', { version: 4 });
    await tracked.deliver(RUN, 'run.completed');
    await tracked.deliver(RUN, 'model.version.registered', { version: 4 });
    const { server } = tracked;
    const there = server.runOf(RUN);
    expect(there).toMatchObject({ status: 'FINISHED', endTime: Date.parse('2026-01-01T01:02:03.000Z') });
    const last = Object.fromEntries(there.points.map(({ key, value, step }) => [key, [step, value]]));
    expect(last).toMatchObject({
      test_recall_at_5: [3, 0.34321],
      'best/val_loss': [3, 5.5],
      'baselines/popularity/test_recall_at_5': [3, 0.0322],
      'system/cost_usd': [3, 1.234],
      'system/duration_seconds': [3, 3723],
    });
    const root = `${there.experimentId}/${there.id}/artifacts`;
    expect([...server.artifacts.keys()].toSorted()).toEqual(
      ['evaluation.json', 'manifest.json', 'report.html', 'visualizations/loss.svg'].map(
        (path) => `${root}/${path}`,
      ),
    );
    expect(server.versions).toMatchObject([
      { name: 'demo', version: '1', run_id: there.id, source: there.artifactUri },
    ]);
    expect(server.versions[0]?.tags).toContainEqual({ key: 'trainyard.version', value: '4' });
  });

  it('is a child of its parent, which is written first', async () => {
    const tracked = await tracker();
    const parentRunId = 'ppppppppppppppppppaa';
    await tracked.cp.put(running({ runId: parentRunId }), endedRun('failed', { parentRunId }));
    await tracked.deliver(RUN, 'run.failed');
    const child = tracked.server.runOf(RUN);
    expect(child.status).toBe('FAILED');
    expect(child.tags.get('mlflow.parentRunId')).toBe(tracked.server.runOf(parentRunId).id);
    expect(child.tags.get('trainyard.error')).toMatch(/^data-missing: /);
  });

  it('has what people attached to it there, though it has no model', async () => {
    const tracked = await tracker();
    await tracked.cp.put(endedRun('failed'));
    await attach(tracked.cp, RUN, {
      path: 'notes/why.md',
      content: Buffer.from('because'),
      replace: false,
      by: 'ana',
    });
    await tracked.deliver(RUN, 'run.failed');
    const { experimentId, id } = tracked.server.runOf(RUN);
    const file = tracked.server.artifacts.get(`${experimentId}/${id}/artifacts/attachments/notes/why.md`);
    expect(file?.content.toString()).toBe('because');
    expect((await readMark(tracked.cp.store, RUN))?.leftOut).toEqual([]);
  });

  it('is told without files and version where the server takes none, and says so', async () => {
    const tracked = await tracker();
    tracked.server.servesArtifacts = false;
    tracked.server.hasRegistry = false;
    await completed(tracked);
    await tracked.deliver(RUN, 'model.version.registered', { version: 1 });
    expect(tracked.server.runOf(RUN).status).toBe('FINISHED');
    expect((await readMark(tracked.cp.store, RUN))?.leftOut).toEqual([
      expect.stringContaining('does not take artifacts for its clients (its runs lie at s3:)'),
      expect.stringContaining('registry functionality is unavailable'),
    ]);
  });
});

describe('a server that fails', () => {
  it('is told again by redelivery, then left to reconcile, and the run is whole in the end', async () => {
    const tracked = await tracker();
    const { server, cp } = tracked;
    await withEpochs(tracked, 2);
    server.fault = () => ({ status: 503 });
    for (let delivery = 1; delivery <= 3; delivery += 1)
      await expect(tracked.deliver(RUN, 'run.epoch.completed')).rejects.toThrow(
        /still to be written to MLflow: .*503/,
      );
    // From now on no event is given up because of it, and none asks the server before its time.
    await tracked.deliver(RUN, 'run.epoch.completed');
    const heard = server.requests.length;
    await tracked.deliver(RUN, 'run.epoch.completed');
    expect(server.requests.length).toBe(heard);
    server.fault = () => undefined;
    expect(await remindOfMlflow(cp)).toBe(0);
    cp.pass(3600);
    expect(await remindOfMlflow(cp)).toBe(1);
    expect(await remindOfMlflow(cp)).toBe(0);
    await tracked.deliver(RUN, 'run.tracking.due');
    expect(server.points(RUN, 'loss').map(({ step }) => step)).toEqual([1, 2]);
    expect(await readMark(cp.store, RUN)).toMatchObject({ state: 'written', failures: 0, retryAt: null });
  });

  it('is asked what it has where an answer was lost: no run and no point is there twice', async () => {
    const tracked = await tracker();
    await withEpochs(tracked, 4);
    const lost = new Set<string>();
    // Each kind of request once: heard, and its answer lost.
    tracked.server.fault = (what) => (lost.has(what) ? undefined : (lost.add(what), 'lose'));
    for (let delivery = 1; delivery <= 8; delivery += 1) {
      await tracked.deliver(RUN, 'run.tracking.due').catch(() => undefined);
    }
    expect(lost.has('POST /runs/create') && lost.has('POST /runs/log-batch')).toBe(true);
    expect(tracked.server.points(RUN, 'loss').map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(await readMark(tracked.cp.store, RUN)).toMatchObject({ state: 'written' });
  });

  it('that never answers is given up', async () => {
    const tracked = await tracker({}, { timeoutMs: 300 });
    await withEpochs(tracked, 1);
    tracked.server.fault = () => 'hang';
    await expect(tracked.deliver(RUN, 'run.started')).rejects.toThrow(/no answer within 0.3 s/);
  });

  it('that wants to be left alone for a while is heard', async () => {
    const tracked = await tracker();
    await withEpochs(tracked, 1);
    tracked.server.fault = (_what, number) =>
      number % 2 === 0 ? { status: 429, headers: { 'retry-after': '0' } } : undefined;
    await tracked.deliver(RUN, 'run.started');
    expect(tracked.server.points(RUN, 'loss')).toHaveLength(1);
  });
});

describe('a writer that was killed', () => {
  it('leaves the run to reconcile once its lease is over', async () => {
    const tracked = await tracker();
    const { cp, server } = tracked;
    await withEpochs(tracked, 2);
    await tracked.deliver(RUN, 'run.epoch.completed');
    const mark = await readMark(cp.store, RUN);
    const lease = { holder: 'dead', expiresAt: new Date(cp.now().getTime() + 150_000).toISOString() };
    await cp.store.transaction(async (tx) =>
      tx.set(paths.mlflowRun(RUN), {
        ...mark,
        state: 'writing',
        lease,
        retryAt: lease.expiresAt,
        written: null,
      }),
    );
    await putEpochs(cp, { runId: RUN }, epochOf(3));
    await tracked.deliver(RUN, 'run.epoch.completed');
    expect(server.points(RUN, 'loss')).toHaveLength(2);
    cp.pass(151);
    expect(await remindOfMlflow(cp)).toBe(1);
    await tracked.deliver(RUN, 'run.tracking.due');
    expect(server.points(RUN, 'loss').map(({ step }) => step)).toEqual([1, 2, 3]);
  });
});

describe('what only people can change', () => {
  it('is said once, and nobody is kept from the rest', async () => {
    const tracked = await tracker();
    await withEpochs(tracked, 1);
    await tracked.deliver(RUN, 'run.started');
    tracked.server.runOf(RUN).isDeleted = true;
    const mark = await readMark(tracked.cp.store, RUN);
    await tracked.cp.store.transaction(async (tx) =>
      tx.set(paths.mlflowRun(RUN), { ...mark, written: null }),
    );
    await tracked.deliver(RUN, 'run.completed');
    expect(tracked.cp.logged.filter(({ severity }) => severity === 'ERROR')).toMatchObject([
      {
        message: 'a run is not written to MLflow',
        fields: { reason: expect.stringMatching(/was deleted at .*: restore it there/) as string },
      },
    ]);
  });

  it('credentials that are wrong are tried again, for somebody may correct them, and stand in no log', async () => {
    const tracked = await tracker({ credentials: { username: 'ana', password: 'hunter2-secret' } });
    await withEpochs(tracked, 1);
    tracked.server.authorization = 'Basic other';
    await expect(tracked.deliver(RUN, 'run.started')).rejects.toThrow(
      /401 UNAUTHENTICATED.*TRAINYARD_MLFLOW_PASSWORD/,
    );
    tracked.server.fault = () => ({
      status: 400,
      body: { error_code: 'X', message: 'you sent hunter2-secret as YW5hOmh1bnRlcjItc2VjcmV0' },
    });
    await tracked.deliver(RUN, 'run.started');
    tracked.server.fault = () => undefined;
    tracked.server.authorization = `Basic ${Buffer.from('ana:hunter2-secret').toString('base64')}`;
    await tracked.deliver(RUN, 'run.started');
    expect(tracked.server.runOf(RUN).status).toBe('RUNNING');
    expect(JSON.stringify([tracked.cp.logged, tracked.cp.documents()])).not.toMatch(/hunter2|YW5h/);
  });

  it('a redirect is not followed', async () => {
    const tracked = await tracker({ credentials: { token: 'secret-token' } });
    await withEpochs(tracked, 1);
    tracked.server.fault = () => ({ status: 302, headers: { location: '/elsewhere' } });
    await expect(tracked.deliver(RUN, 'run.started')).rejects.toThrow(
      /It sends its callers to another address/,
    );
    expect(tracked.server.requests).toEqual(['GET /experiments/get-by-name']);
  });
});
