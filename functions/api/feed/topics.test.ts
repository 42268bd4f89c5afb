/** What the topics of models, presets and sweeps tell, and to whom. */
import { newModel, paths, type FeedEvent, type SweepView } from '@trainyard/shared';
import { sweepViewOf } from '@trainyard/shared/sweeps/soFar';
import { describe, expect, it } from 'vitest';
import { testControlPlane, type TestControlPlane } from '../../../test/support/controlPlane.js';
import { feedStream } from '../../../test/support/eventStream.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { RESULT, signed, trainer } from '../../../test/support/callbacks.js';
import { SweepWorld } from '../../../test/support/sweepWorld.js';
import { tokenIssuer } from '../../../test/support/standIns/tokenIssuer.js';
import { until } from '../../../test/support/until.js';

const RATE = 'training.optimizer.learningRate';
const SWEEP = {
  space: { [RATE]: { type: 'logFloat', min: 0.001, max: 0.5 } },
  strategy: 'random',
  maxTrials: 3,
  maxParallel: 1,
};

async function opened() {
  const cp = await testControlPlane();
  const api = await serveFunction('api');
  const follow = async (topic: string, headers: Record<string, string> = {}) => {
    const { events } = feedStream(await api.open(`/api/stream?topics=${topic}`, { headers }));
    await until('what is there', () => events.some(({ event }) => event === 'ready'));
    return events;
  };
  return { cp, api, follow };
}

const named = (events: readonly FeedEvent[]) => events.map(({ event }) => event).toSorted();

/** The newest of each thing of a kind. */
function newest<K extends FeedEvent['event']>(events: readonly FeedEvent[], kind: K) {
  const things = new Map<
    string,
    Extract<FeedEvent, { event: K; data: { value: unknown } }>['data']['value']
  >();
  for (const told of events)
    if (told.event === kind && 'value' in told.data) things.set(told.data.key, told.data.value as never);
  return [...things.values()];
}

/** The headers of a viewer of team blue. */
async function asBlue(cp: TestControlPlane) {
  const issuer = 'https://issuer.example';
  const { keysUrl, sign } = await tokenIssuer(issuer, 200);
  cp.config = { ...cp.config, auth: 'tokens', tokenIssuers: [{ issuer, audience: 'shop', keysUrl }] };
  const now = cp.now().getTime() / 1000;
  const claims = { aud: 'shop', sub: 'ben', iat: now, exp: now + 600, trainyardTeams: ['blue'] };
  return { authorization: `Bearer ${await sign({ ...claims, trainyardRole: 'viewer' }, {})}` };
}

describe('the topic of a model', () => {
  it('has its versions and experiments, and tells of those that come', async () => {
    const { cp, api, follow } = await opened();
    const { runId } = await cp.request();
    await api.send('/api/models/demo/experiments', { body: { id: 'wide' } });
    const events = await follow('model:demo');
    expect(named(events)).toEqual(['experiment', 'model', 'ready']);
    const { path, sent } = signed(trainer().completed(RESULT), { now: cp.now(), runId });
    await (await serveFunction('webhooks')).send(path, sent);
    await until('the version', () => newest(events, 'version').length === 1);
    expect(newest(events, 'version')[0]).toMatchObject({ version: 1, runId });
  });
});

describe('the topic of presets', () => {
  it('has those of all kinds, without their content', async () => {
    const { api, follow } = await opened();
    const save = (kind: string, id: string, content: object) =>
      api.send(`/api/${kind}`, { body: { id, content } });
    await save('datasets', 'shop', { source: { uri: 'a.csv' } });
    const events = await follow('presets');
    await save('model-configs', 'small', { temperature: 2 });
    await until('the second', () => newest(events, 'preset').length === 2);
    expect(newest(events, 'preset').map(({ kind, preset }) => [kind, preset.id])).toEqual([
      ['datasets', 'shop'],
      ['model-configs', 'small'],
    ]);
    expect(JSON.stringify(events)).not.toContain('a.csv');
  });
});

describe('the topic of a sweep', () => {
  it('tells its parts, of which comes what the API shows: at the beginning, after each trial, and at the end', async () => {
    const { cp, api, follow } = await opened();
    const world = new SweepWorld(cp, { objectiveOf: (parameters) => Number(parameters[RATE]) });
    const { sweepId } = await world.start(SWEEP);
    const events = await follow(`sweep:${sweepId}`);
    const shown = () => {
      const [sweep] = newest(events, 'sweep');
      return sweepViewOf(sweep!, {
        end: newest(events, 'end').find(({ round }) => round === sweep!.round),
        trials: newest(events, 'trial'),
        queue: newest(events, 'queued'),
        finals: newest(events, 'final'),
      });
    };
    const read = async () => (await api.send(`/api/sweeps/${sweepId}`)).json as SweepView;
    expect(shown()).toEqual(await read());
    await api.send(`/api/sweeps/${sweepId}/trials`, {
      method: 'POST',
      body: { parameters: { [RATE]: 0.5 } },
    });
    await until('what was added', () => newest(events, 'queued').length === 1);
    expect(shown()).toMatchObject(await read());
    expect(shown().waiting).toHaveLength(1);
    await world.run(sweepId);
    await until('the end', () => shown().status === 'completed');
    expect(shown()).toEqual(await read());
    expect(newest(events, 'trial').map(({ number }) => number)).toEqual([1, 2, 3]);
  });
});

describe('topics of models of other teams', () => {
  it('are not there, and their sweeps are not told', async () => {
    const { cp, api, follow } = await opened();
    const { sweepId } = await new SweepWorld(cp).start(SWEEP);
    expect(named(await follow('sweeps:demo'))).toEqual(['ready', 'sweep']);
    await cp.store.transaction(async (tx) => {
      const sweep = await tx.get(paths.sweep(sweepId));
      tx.set(paths.model('demo'), { ...newModel('demo', cp.now()), teams: ['red'] });
      tx.set(paths.sweep(sweepId), { ...sweep!.data, teams: ['red'] });
    });
    const headers = await asBlue(cp);
    for (const topic of ['model:demo', `sweep:${sweepId}`, 'model:never'])
      expect((await api.refused(`/api/stream?topics=${topic}`, { headers })).status).toBe(404);
    expect(named(await follow('sweeps:demo', headers))).toEqual(['ready']);
  });
});
