import { newRunId, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { signed, trainer } from '../../test/support/callbacks.js';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import { tokenIssuer } from '../../test/support/standIns/tokenIssuer.js';

const ISSUER = 'https://issuer.example';
const digest = (n: number) => `sha256:${String(n).padStart(64, '0')}`;
const thing = (n: number) => ({ name: 'rows', uri: `file:///cache/${n}`, digest: digest(n), bytes: n });

describe('lineage', () => {
  it('tells which runs made something and which used it, as their stages told', async () => {
    const cp = await testControlPlane();
    const [api, webhooks] = [await serveFunction('api'), await serveFunction('webhooks')];
    const runs = [await cp.request(), await cp.request()];
    for (const { runId } of runs) {
      const says = trainer();
      const ingest = says.stage('ingest');
      const transform = says.stage('transform');
      for (const callback of [
        { ...ingest, body: { ...ingest.body, inputs: [thing(1)], outputs: [thing(2)] } },
        { ...transform, body: { ...transform.body, inputs: [thing(2)], outputs: [thing(3)] } },
      ]) {
        const { path, sent } = signed(callback, { now: cp.now(), runId });
        expect(await webhooks.send(path, sent)).toMatchObject({ status: 200 });
      }
    }
    const ask = (query: string) => api.send(`/api/lineage?${query}`, { method: 'GET' });
    const ids = runs.map(({ runId }) => runId).toSorted();
    const { status, json } = await ask(`digest=${digest(2)}`);
    expect(status).toBe(200);
    const { madeBy, usedBy, hasMore } = json as { [side: string]: Run[] } & { hasMore: boolean };
    expect(hasMore).toBe(false);
    expect(madeBy!.map(({ runId }) => runId).toSorted()).toEqual(ids);
    expect(usedBy!.map(({ runId }) => runId).toSorted()).toEqual(ids);
    expect(madeBy![0]).toMatchObject({ stages: [{ stage: 'ingest', thing: thing(2) }] });
    expect(usedBy![0]).toMatchObject({ stages: [{ stage: 'transform', thing: thing(2) }] });
    expect((await ask(`digest=${digest(1)}`)).json).toMatchObject({ madeBy: [], usedBy: [{}, {}] });
    expect((await ask(`digest=${digest(1)}&limit=1`)).json).toMatchObject({ usedBy: [{}], hasMore: true });
    expect((await ask('digest=2')).status).toBe(400);
    expect((await ask(`digest=${digest(1)}&limit=101`)).status).toBe(400);
  });

  it('says nothing of runs of other teams', async () => {
    const { keysUrl, sign } = await tokenIssuer(ISSUER);
    const cp = await testControlPlane({
      auth: 'tokens',
      tokenIssuers: [{ issuer: ISSUER, audience: 'shop', keysUrl }],
    });
    const api = await serveFunction('api');
    const [own, foreign] = ['red', 'blue'].map((team) =>
      newRun(cp.now(), { runId: newRunId(), teams: [team], madeDigests: [digest(7)] }),
    );
    for (const run of [own!, foreign!]) await cp.put(run);
    const now = cp.now().getTime() / 1000;
    const claims = { aud: 'shop', sub: 'user-1', trainyardRole: 'viewer', trainyardTeams: ['red'] };
    const token = await sign({ ...claims, iat: now, exp: now + 600 });
    const { json } = await api.send(`/api/lineage?digest=${digest(7)}`, {
      method: 'GET',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(json).toMatchObject({ madeBy: [{ runId: own!.runId, stages: [] }], usedBy: [], hasMore: false });
  });
});
