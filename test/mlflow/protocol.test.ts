/** What servers of every age, and what stands in front of them, take and refuse. */
import type { Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { attach } from '../../functions/attachments/attach.js';
import { saveExperiment } from '../../functions/experiments/experiments.js';
import { readMark } from '../../functions/mlflow/mark.js';
import { MlflowError, MlflowServer } from '../../functions/mlflow/server.js';
import { nothing } from '../../functions/mlflow/answers.js';
import { endedRun } from '../support/endedRun.js';
import { newRun } from '../support/newRun.js';
import { START } from '../support/controlPlane.js';
import { epochOf, mlflowStandIn, putEpochs, tracker, type Tracker } from '../support/mlflow.js';

const running = (parts: Partial<Run> = {}) =>
  newRun(START, { status: 'running', startedAt: START.toISOString(), ...parts });
const RUN = running().runId;

const leftOutOf = async ({ cp }: Pick<Tracker, 'cp'>) => (await readMark(cp.store, RUN))?.leftOut;

describe('the experiment there', () => {
  it('says what ours says, and more once ours does', async () => {
    const { cp, server, deliver } = await tracker();
    const by = { by: 'ada@example.com', idempotencyKey: undefined };
    const tags = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`t${i}`, `größe ${i}`]));
    await saveExperiment(cp, 'demo', { id: 'towers', description: 'Wider', purpose: 'Room', tags }, by);
    await cp.put(running({ experiment: 'towers' }));
    await deliver(RUN, 'run.started');
    const [experiment] = server.experiments.values();
    expect(experiment?.name).toBe('demo/towers');
    expect(Object.fromEntries(experiment?.tags ?? [])).toEqual({
      'trainyard.tags': expect.stringMatching(/^\["t0",/) as string,
      ...tags,
      'trainyard.model': 'demo',
      'trainyard.experiment': 'towers',
      'trainyard.owner': 'ada@example.com',
      'trainyard.purpose': 'Room',
      'mlflow.note.content': 'Wider',
    });
    experiment?.tags.set('of-somebody', 'else');
    await saveExperiment(cp, 'demo', { id: 'towers', description: 'Twice as wide' }, by);
    const other = 'oooooooooooooooooooo';
    await cp.put(running({ runId: other, runNumber: 2, experiment: 'towers' }));
    const heard = server.requests.length;
    await deliver(other, 'run.started');
    expect(server.requests.slice(heard).filter((what) => what.includes('/experiments/'))).toEqual([
      'GET /experiments/get-by-name',
      'POST /experiments/set-experiment-tag',
    ]);
    expect(experiment?.tags.get('mlflow.note.content')).toBe('Twice as wide');
    expect(experiment?.tags.get('of-somebody')).toBe('else');
  });

  it.each(['that deletes tags', 'that is too old to delete tags'])(
    'says no more what was emptied here, and keeps what others wrote, on a server %s',
    async (age) => {
      const { cp, server, deliver } = await tracker();
      const isOld = age.includes('old');
      const missing = { status: 404, body: '<h1>Not Found</h1>' };
      server.fault = (what) => (isOld && what.endsWith('/delete-experiment-tag') ? missing : undefined);
      const by = { by: 'ada@example.com', idempotencyKey: undefined };
      const said = { description: 'Wider', purpose: 'Room', tags: { team: 'search', area: 'shop' } };
      await saveExperiment(cp, 'demo', { id: 'towers', ...said }, by);
      const told = async (runId: string, runNumber: number) => {
        await cp.put(running({ runId, runNumber, experiment: 'towers' }));
        await deliver(runId, 'run.started');
        const [experiment] = server.experiments.values();
        return experiment?.tags ?? new Map<string, string>();
      };
      const tags = await told(RUN, 1);
      tags.set('of-somebody', 'else');
      const emptied = { description: '', purpose: '', tags: { area: 'shop' } };
      await saveExperiment(cp, 'demo', { id: 'towers', ...emptied }, by);
      await told('oooooooooooooooooooo', 2);
      for (const key of ['mlflow.note.content', 'trainyard.purpose', 'team'])
        expect([key, tags.get(key)]).toEqual([key, isOld ? '' : undefined]);
      expect([tags.get('area'), tags.get('of-somebody')]).toEqual(['shop', 'else']);
      // What somebody writes there under the name afterwards is his.
      tags.set('team', 'mine');
      await told('pppppppppppppppppppp', 3);
      expect(tags.get('team')).toBe('mine');
    },
  );

  it('that was deleted is not made again, and the log says what to do', async () => {
    const tracked = await tracker();
    await tracked.cp.put(running());
    await tracked.deliver(RUN, 'run.started');
    for (const experiment of tracked.server.experiments.values()) experiment.isDeleted = true;
    const other = 'oooooooooooooooooooo';
    await tracked.cp.put(running({ runId: other, runNumber: 2 }));
    await tracked.deliver(other, 'run.started');
    expect(tracked.cp.logged.filter(({ severity }) => severity === 'ERROR')).toMatchObject([
      { fields: { runId: other, reason: expect.stringMatching(/experiment "demo" was deleted/) as string } },
    ]);
    expect(tracked.server.experiments.size).toBe(1);
  });
});

describe('a server', () => {
  it('may be mounted under a path, with a password', async () => {
    const server = await mlflowStandIn();
    server.prefix = '/tools/mlflow';
    server.authorization = `Basic ${Buffer.from('ana:pass:word').toString('base64')}`;
    const uri = `${server.endpoint}/tools/mlflow/`;
    const tracked = await tracker({ uri, credentials: { username: 'ana', password: 'pass:word' } });
    await putEpochs(tracked.cp, { runId: RUN }, epochOf(1));
    await tracked.cp.put(endedRun('failed'));
    await attach(tracked.cp, RUN, file('why.md', 'because'));
    await tracked.deliver(RUN, 'run.failed');
    expect(server.runOf(RUN).status).toBe('FAILED');
    expect(server.artifacts.size).toBe(1);
    expect((await tracked.cp.run(RUN)).external?.mlflowUrl).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/tools\/mlflow\/#\/experiments\//,
    );
  });

  it.each([500, 250])(
    'that takes %i characters of a parameter has the others, and is said so',
    async (most) => {
      const tracked = await tracker();
      tracked.server.parameterCharacters = most;
      const run = running();
      const long = 'gs://shop/'.padEnd(700, 'ü');
      const spec = {
        ...run.spec,
        dataset: { ...run.spec.dataset, source: { ...run.spec.dataset.source, uri: long } },
      };
      await tracked.cp.put({ ...run, spec });
      await tracked.deliver(RUN, 'run.started');
      const { params } = tracked.server.runOf(RUN);
      expect(params.get('training.batchSize')).toMatch(/^\d+$/);
      expect(params.get('dataset.source.uri')).toMatch(/^gs:\/\/shop\/ü+…$/);
      expect(Buffer.byteLength(params.get('dataset.source.uri') ?? '')).toBeLessThanOrEqual(most);
      expect(await leftOutOf(tracked)).toEqual([
        'the parameter dataset.source.uri is longer than the server takes, and was cut',
      ]);
    },
  );

  it('that has lost the run, or is another one since, is told all of it again', async () => {
    const tracked = await tracker();
    const { cp, server } = tracked;
    await cp.put(running());
    await putEpochs(cp, { runId: RUN }, epochOf(1));
    await tracked.deliver(RUN, 'run.epoch.completed');
    server.runs.clear();
    await putEpochs(cp, { runId: RUN }, epochOf(2));
    await tracked.deliver(RUN, 'run.epoch.completed');
    expect(server.points(RUN, 'loss').map(({ step }) => step)).toEqual([1, 2]);
    expect((await cp.run(RUN)).external?.mlflowRunId).toBe(server.runOf(RUN).id);
  });

  it('that does not take one file has the others and the end of the run, and why is said', async () => {
    const tracked = await tracker();
    const { cp, server } = tracked;
    await cp.put(endedRun('failed'));
    for (const path of ['a#b.txt', 'größe 100%.txt', 'large.bin']) await attach(cp, RUN, file(path, path));
    server.fault = (what) =>
      what.endsWith('large.bin') ? { status: 413, body: '<html>Request Entity Too Large</html>' } : undefined;
    await tracked.deliver(RUN, 'run.failed');
    const { experimentId, id, status } = server.runOf(RUN);
    expect(status).toBe('FAILED');
    expect([...server.artifacts.keys()]).toEqual([
      `${experimentId}/${id}/artifacts/attachments/größe 100%.txt`,
    ]);
    expect(await leftOutOf(tracked)).toEqual([
      expect.stringMatching(/^attachments\/a#b\.txt, which has 7 bytes: .*Invalid path/),
      expect.stringMatching(/^attachments\/large\.bin, which has 9 bytes: .*\(413\).*Too Large/),
    ]);
  });

  it('that keeps artifacts in a folder of its own is told without files, and has the version all the same', async () => {
    const tracked = await tracker();
    tracked.server.servesArtifacts = false;
    tracked.server.artifactRoot = '/srv/mlruns';
    await tracked.cp.put(endedRun('completed'));
    await tracked.deliver(RUN, 'model.version.registered', { version: 3 });
    expect(tracked.server.versions).toMatchObject([{ source: tracked.server.runOf(RUN).artifactUri }]);
  });

  it('is sent texts that it can store, whatever people wrote', async () => {
    const tracked = await tracker();
    const title = `Größe \0 \ud83d ${'😀'.repeat(100)}`.slice(0, 200);
    await tracked.cp.put(running({ title, systemTags: { note: 'a\0b\udc00' } }));
    await tracked.deliver(RUN, 'run.started');
    const there = tracked.server.runOf(RUN);
    expect(there.tags.get('note')).toBe('a\uFFFDb\uFFFD');
    expect(there.name).toContain('Größe \uFFFD \uFFFD 😀');
  });
});

describe('a server that wants to be left alone', () => {
  const asked = async (retryAfter: string) => {
    const server = await mlflowStandIn();
    server.fault = (_what, number) =>
      number === 0 ? { status: 429, headers: { 'retry-after': retryAfter } } : undefined;
    const client = new MlflowServer({ uri: server.endpoint, credentials: null, pauseMs: 1 });
    const error: unknown = await client
      .post('/runs/search', { experiment_ids: ['1'], filter: "tags.`a` = 'b'" }, nothing)
      .then(() => undefined)
      .catch((failure: unknown) => failure);
    return { error, requests: server.requests.length };
  };

  it('is asked again at the date that it says', async () => {
    expect(await asked(new Date(Date.now() - 1000).toUTCString())).toEqual({ error: undefined, requests: 2 });
  });

  it('for longer than an attempt may take is left to reconcile, no earlier than it wants', async () => {
    const { error, requests } = await asked('7000');
    expect(requests).toBe(1);
    expect(error).toBeInstanceOf(MlflowError);
    const tracked = await tracker();
    await tracked.cp.put(running());
    tracked.server.fault = () => ({ status: 503, headers: { 'retry-after': '600' } });
    await expect(tracked.deliver(RUN, 'run.started')).rejects.toThrow(/503/);
    expect((await readMark(tracked.cp.store, RUN))?.retryAt).toBe(
      new Date(START.getTime() + 600_000).toISOString(),
    );
  });
});

function file(path: string, content: string) {
  return { path, content: Buffer.from(content), replace: false, by: 'ana' };
}
