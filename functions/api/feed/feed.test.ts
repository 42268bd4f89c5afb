import { newModel, paths, type FeedEvent, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { feedStream } from '../../../test/support/eventStream.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { newRun } from '../../../test/support/newRun.js';
import { epochRow, stageRow } from '../../../test/support/runView.js';
import { tokenIssuer } from '../../../test/support/standIns/tokenIssuer.js';
import { until } from '../../../test/support/until.js';

/** `runs: run completed`, `run:…: epoch 3`, `models: ready`. */
function brief(told: FeedEvent): string {
  return `${told.data.topic.slice(0, 6)}: ${whatOf(told)}`;
}

function whatOf(told: FeedEvent): string {
  switch (told.event) {
    case 'run':
      return `run ${told.data.value.status}`;
    case 'epoch':
      return `epoch ${told.data.value.epoch}`;
    case 'stage':
      return `stage ${told.data.value.stage}`;
    case 'log':
      return `log ${told.data.value.lines.map(({ message }) => message).join()}`;
    case 'model':
      return `model ${told.data.value.modelId} ${told.data.value.production ?? '-'}`;
    default:
      return told.event;
  }
}

const id = (letter: string) => letter.repeat(20);

async function opened(...runs: Partial<Run>[]) {
  const cp = await testControlPlane();
  const stored = runs.map((parts, i) =>
    newRun(cp.now(), { runId: id('abcdef'[i]!), status: 'running', ...parts }),
  );
  await cp.put(...stored);
  const api = await serveFunction('api');
  const follow = async (topics: string) => {
    const response = await api.open(`/api/stream?topics=${topics}`);
    return { response, ...feedStream(response) };
  };
  const set = (path: string, data: object) => cp.store.transaction(async (tx) => tx.set(path, { ...data }));
  return { cp, runs: stored, api, follow, set };
}

describe('the feed', () => {
  it('tells of each topic all that is there, then that it is ready, then every change', async () => {
    const { cp, runs, follow, set } = await opened({}, { status: 'completed' });
    const [run] = runs;
    await set(paths.model('demo'), newModel('demo', cp.now()));
    await set(paths.epoch(run!.runId, 1), epochRow(1));
    await set(paths.stage(run!.runId, 'ingest'), stageRow('ingest'));
    const { events } = await follow(`runs,models,run:${run!.runId}`);
    const ready = () => events.filter(({ event }) => event === 'ready').length === 3;
    await until('all topics', ready);
    const told = events.map(brief);
    const before = (topic: string) => told.slice(0, told.indexOf(`${topic}: ready`));
    expect(before('runs').filter((text) => text.startsWith('runs'))).toEqual(['runs: run running']);
    expect(before('models')).toContain('models: model demo -');
    expect(
      before('run:aa')
        .filter((text) => text.startsWith('run:aa'))
        .toSorted(),
    ).toEqual(['run:aa: epoch 1', 'run:aa: run running', 'run:aa: stage ingest']);
    await set(paths.model('demo'), { ...newModel('demo', cp.now()), production: 3 });
    await until('the change', () => events.map(brief).includes('models: model demo 3'));
  });

  it('is ready at once where a topic holds nothing', async () => {
    const { follow } = await opened();
    const { events } = await follow('runs,models');
    await until('both', () => events.length === 2);
    expect(events.map(brief).toSorted()).toEqual(['models: ready', 'runs: ready']);
  });

  it('tells the lines that a trainer has logged, and those that it logs, in pieces that say where they belong', async () => {
    const { runs, follow, set } = await opened({});
    const { runId } = runs[0]!;
    const logs = (attempt: number, seq: number, message: string) =>
      set(paths.logChunk(runId, attempt, seq), {
        attempt,
        seq,
        lines: [{ at: '2026-11-20T19:18:25.000Z', level: 'info', message, stage: null, fields: {} }],
      });
    await logs(1, 9, 'one');
    await logs(2, 1, 'two');
    const { events } = await follow(`logs:${runId}`);
    await until('what is there', () => events.length === 3);
    expect(events.map(brief).toSorted()).toEqual(['logs:a: log one', 'logs:a: log two', 'logs:a: ready']);
    await logs(2, 4, 'three');
    await until('what is new', () => events.length === 4);
    expect(brief(events[3]!)).toBe('logs:a: log three');
  });

  it('tells the end of a run that was open, under the key that it had', async () => {
    const { cp, runs, follow } = await opened({});
    const { events } = await follow('runs');
    await until('what is there', () => events.length === 2);
    await cp.put({ ...runs[0]!, status: 'failed' });
    await until('the end', () => events.length === 3);
    expect(events.map(brief)).toEqual(['runs: run running', 'runs: ready', 'runs: run failed']);
    const keys = events.flatMap(({ data }) => ('key' in data ? [data.key] : []));
    expect(new Set(keys).size).toBe(1);
  });

  it('tells that a run is gone whose document is deleted', async () => {
    const { cp, runs, follow } = await opened({});
    const { events } = await follow('runs');
    await until('what is there', () => events.length === 2);
    await cp.store.transaction(async (tx) => tx.delete(paths.run(runs[0]!.runId)));
    await until('the deletion', () => events.length === 3);
    expect(brief(events[2]!)).toBe('runs: gone');
  });

  it('tells nothing of other teams, not even an end or a change of hands, and what was theirs is gone', async () => {
    const { cp, runs, api } = await opened({ teams: ['red'] }, { teams: ['blue'] });
    const [theirs, ours] = runs;
    const { keysUrl, sign } = await tokenIssuer('https://issuer.example', 200);
    const issuer = { issuer: 'https://issuer.example', audience: 'shop', keysUrl };
    cp.config = { ...cp.config, auth: 'tokens', tokenIssuers: [issuer] };
    const now = cp.now().getTime() / 1000;
    const claims = { aud: 'shop', sub: 'ben', iat: now, exp: now + 600, trainyardTeams: ['blue'] };
    const authorization = `Bearer ${await sign({ ...claims, trainyardRole: 'viewer' }, {})}`;
    const headers = { authorization };
    for (const topic of ['run', 'logs'])
      expect((await api.refused(`/api/stream?topics=${topic}:${theirs!.runId}`, { headers })).status).toBe(
        404,
      );
    const { events } = feedStream(await api.open('/api/stream?topics=runs', { headers }));
    await until('what is there', () => events.length === 2);
    await cp.put({ ...theirs!, currentEpoch: 3 });
    await cp.put({ ...theirs!, status: 'completed' });
    await cp.put({ ...ours!, teams: ['red'] });
    await until('the change of hands', () => events.length > 2);
    expect(events.map(brief)).toEqual(['runs: run running', 'runs: ready', 'runs: gone']);
    expect(JSON.stringify(events)).not.toContain(theirs!.runId);
  });

  it('tells a client that reads slowly the newest of each thing, and less than all', async () => {
    const { cp, runs, follow } = await opened({});
    const { events, response } = await follow('runs');
    await until('what is there', () => events.length === 2);
    response.pause();
    const requestedBy = 'x'.repeat(200_000);
    for (let epoch = 1; epoch <= 100; epoch++)
      await cp.put({ ...runs[0]!, requestedBy, currentEpoch: epoch });
    response.resume();
    await until('the newest', () =>
      events.some((told) => told.event === 'run' && told.data.value.currentEpoch === 100),
    );
    expect(events.length).toBeLessThan(60);
  });

  it('stops watching when its client goes away', async () => {
    const { cp, runs, follow } = await opened({});
    const { response, events } = await follow(`runs,run:${runs[0]!.runId}`);
    await until('both', () => events.filter(({ event }) => event === 'ready').length === 2);
    expect(cp.store.watches).toBe(5);
    response.destroy();
    await until('the end of the watches', () => cp.store.watches === 0);
  });

  it.each([
    ['nothing', '', 400],
    ['a topic that there is not', 'runs,weather', 400],
    [
      'more than twenty',
      Array.from({ length: 21 }, (_, i) => `run:${'abcdefghijklmnopqrstu'[i]!.repeat(20)}`).join(','),
      400,
    ],
    ['a run that is not there', `runs,run:${'z'.repeat(20)}`, 404],
  ])('refuses %s', async (_what, topics, status) => {
    const { cp, api } = await opened();
    expect((await api.refused(`/api/stream?topics=${topics}`)).status).toBe(status);
    expect(cp.store.watches).toBe(0);
  });
});
