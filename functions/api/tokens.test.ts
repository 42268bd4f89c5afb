/** Who may: ID tokens of every kind of wrong, and each role at each route. */
import { newRunId } from '@trainyard/shared';
import { generateKeyPair, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC, newRun } from '../../test/support/newRun.js';
import { tokenIssuer } from '../../test/support/standIns/tokenIssuer.js';
import { routes } from './routes.js';

const ISSUER = 'https://securetoken.google.com/shop';
const AUDIENCE = 'shop';
/** What is wrong about how a token was signed. */
interface Wrong {
  key?: 'other';
  kid?: string;
  expires?: number;
}
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
interface Signed {
  key?: Pair['privateKey'] | undefined;
  kid?: string | undefined;
  expires?: number;
}
let other: Pair | undefined;

beforeAll(async () => {
  other = await generateKeyPair('RS256');
});

/** An API that accepts tokens of one issuer, whose keys are served here. */
async function opened(keysStatus = 200) {
  const { keysUrl, sign } = await tokenIssuer(ISSUER, keysStatus);
  const cp = await testControlPlane({
    auth: 'tokens',
    tokenIssuers: [{ issuer: ISSUER, audience: AUDIENCE, keysUrl }],
    members: { 'ana@shop.example': { role: 'trainer', teams: ['red'] } },
  });
  const api = await serveFunction('api');
  const now = cp.now().getTime() / 1000;
  const token = (claims: JWTPayload = {}, { key, kid, expires = now + 600 }: Signed = {}) =>
    sign(
      { aud: AUDIENCE, sub: 'user-1', iat: now, exp: expires, trainyardRole: 'viewer', ...claims },
      { key, kid },
    );
  const as = (value: string) => ({ authorization: `Bearer ${value}` });
  const get = (value: string) => api.send('/api/models', { headers: as(value) });
  return { cp, api, token, as, get, now };
}

describe('an ID token', () => {
  it('that is good lets its bearer in, named by its verified address', async () => {
    const { api, token, as, cp } = await opened();
    const bearer = await token({ email: 'ana@shop.example', email_verified: true, trainyardRole: undefined });
    const answer = await api.send('/api/models/demo/training-runs', {
      body: { spec: EXAMPLE_SPEC },
      headers: as(bearer),
    });
    expect(answer).toMatchObject({ status: 202, json: { requestedBy: 'ana@shop.example' } });
    expect(JSON.stringify(cp.logged)).not.toContain(bearer);
  });

  it.each<[string, JWTPayload, Wrong]>([
    ['of a foreign key under a known name', {}, { key: 'other' }],
    ['of a key that its issuer withdrew', {}, { kid: 'k0' }],
    ['that has expired', {}, { expires: -60 }],
    ['for another audience', { aud: 'bakery' }, {}],
    ['of another issuer', { iss: 'https://accounts.google.com' }, {}],
    ['that begins later', { nbf: 4_000_000_000 }, {}],
  ])('%s: 401, and says nothing of the token', async (_what, claims, { key, kid, expires }: Wrong) => {
    const { token, get, now } = await opened();
    const bearer = await token(claims, {
      ...(key && { key: other!.privateKey }),
      ...(kid !== undefined && { kid }),
      ...(expires !== undefined && { expires: now + expires }),
    });
    const answer = await get(bearer);
    expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(answer.text).not.toContain(bearer.slice(0, 30));
  });

  it('without a signature, cut off, doubled, with another scheme or none: 401', async () => {
    const { api, token, get } = await opened();
    const bearer = await token();
    const [head, body] = bearer.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const wrong of [
      `${none}.${body}.`,
      `${head}.${body}`,
      bearer.slice(0, -5),
      'x',
      'a.b.c',
      'x'.repeat(9000),
    ])
      expect({ wrong, status: (await get(wrong)).status }).toEqual({ wrong, status: 401 });
    for (const authorization of [`Basic ${bearer}`, bearer, `Bearer ${bearer} ${bearer}`, 'Bearer ', ''])
      expect((await api.send('/api/models', { headers: { authorization } })).status).toBe(401);
    expect((await api.send('/api/models')).status).toBe(401);
    expect((await api.send('/healthz')).status).toBe(200);
  });

  it('whose bearer has no role, or one that there is not: 403; an address that is not verified counts for nothing', async () => {
    const { token, get } = await opened();
    for (const claims of [
      { trainyardRole: undefined },
      { trainyardRole: 'owner' },
      { trainyardRole: undefined, email: 'ana@shop.example' },
      { trainyardRole: undefined, sub: 'constructor' },
    ])
      expect({ claims, status: (await get(await token(claims))).status }).toEqual({ claims, status: 403 });
  });

  it('whose keys cannot be read: 503, to be tried again', async () => {
    const { token, get } = await opened(500);
    expect(await get(await token())).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });
});

describe('who somebody is', () => {
  it('is told with role and teams, and to nobody without a token', async () => {
    const { api, token, as } = await opened();
    const ana = await token({ email: 'ana@shop.example', email_verified: true, trainyardRole: undefined });
    expect((await api.send('/api/me', { headers: as(ana) })).json).toEqual({
      id: 'ana@shop.example',
      role: 'trainer',
      teams: ['red'],
    });
    expect((await api.send('/api/me')).status).toBe(401);
  });

  it('is found out as the deployment says, which anybody may ask', async () => {
    const { api, cp } = await opened();
    const asked = async () => (await api.send('/api/sign-in')).json;
    expect(await asked()).toEqual({ by: 'token', firebase: null, streamOrigin: null });
    const project = { projectId: 'shop', apiKey: 'k', authDomain: 'shop.example' };
    cp.config = { ...cp.config, firebaseWeb: { ...project, firestoreEmulator: null } };
    expect(await asked()).toEqual({
      by: 'google',
      firebase: { ...project, firestoreEmulator: null },
      streamOrigin: null,
    });
    const emulated = { ...project, firestoreEmulator: '127.0.0.1:8081' };
    cp.config = { ...cp.config, firebaseWeb: emulated };
    expect(await asked()).toMatchObject({ by: 'token', firebase: emulated });
    const streamOrigin = 'https://api.shop.example';
    cp.config = { ...cp.config, auth: 'loopback', streamOrigin };
    expect(await asked()).toEqual({ by: 'nothing', firebase: emulated, streamOrigin });
  });
});

describe('a role', () => {
  it.each(['viewer', 'trainer', 'admin'] as const)(
    '%s is let in where it suffices, and nowhere else',
    async (role) => {
      const { api, token, as } = await opened();
      const headers = as(await token({ trainyardRole: role }));
      const rank = ['anyone', 'viewer', 'trainer', 'admin'];
      for (const { method, path, access } of routes) {
        const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'runId' ? newRunId() : '1'));
        const body = method === 'POST' ? { body: {} } : {};
        const { status } = await api.send(filled, { method, headers, ...body });
        const suffices = rank.indexOf(role) >= rank.indexOf(access);
        expect({ method, path, refused: status === 403 }).toEqual({ method, path, refused: !suffices });
      }
    },
  );
});

describe('a run of a model of one team', () => {
  it('is not there for members of others: neither read, followed, stopped nor started again', async () => {
    const { cp, api, token, as } = await opened();
    const run = newRun(cp.now(), { runId: newRunId(), teams: ['red'], status: 'failed' });
    await cp.put(run);
    const paths = ['', '/metrics', '/stages', '/events', '/logs', '/stream'].map(
      (below) => `/api/training-runs/${run.runId}${below}`,
    );
    const blue = as(await token({ trainyardRole: 'trainer', trainyardTeams: ['blue'] }));
    for (const path of paths)
      expect({ path, status: (await api.send(path, { headers: blue })).status }).toEqual({
        path,
        status: 404,
      });
    for (const action of ['cancel', 'retry'])
      expect((await api.send(`${paths[0]}/${action}`, { body: {}, headers: blue })).status).toBe(404);
    expect(await cp.run(run.runId)).toEqual(run);
    const red = as(await token({ trainyardTeams: ['green', 'red'] }));
    expect((await api.send(paths[0]!, { headers: red })).status).toBe(200);
    expect((await api.send(`${paths[0]}/cancel`, { body: {}, headers: red })).status).toBe(403);
    expect((await api.send(paths[0]!, { headers: as(await token({ trainyardRole: 'admin' })) })).status).toBe(
      200,
    );
  });

  it('cannot be started by others, and its model is in nobody else’s list', async () => {
    const { api, token, as } = await opened();
    const admin = as(await token({ trainyardRole: 'admin' }));
    const blue = as(await token({ trainyardRole: 'trainer', trainyardTeams: ['blue'] }));
    await api.send('/api/models/secret', { body: { teams: ['red'] }, headers: admin });
    await api.send('/api/models/open', { body: {}, headers: admin });
    const start = { body: { spec: EXAMPLE_SPEC }, headers: blue };
    for (const query of ['', '?dryRun=true'])
      expect((await api.send(`/api/models/secret/training-runs${query}`, start)).status).toBe(404);
    expect((await api.send('/api/models/secret/training-runs', { headers: blue })).json).toEqual({
      runs: [],
      nextCursor: null,
    });
    expect((await api.send('/api/models', { headers: blue })).json).toMatchObject({
      models: [{ modelId: 'open' }],
    });
    const all = (await api.send('/api/models', { headers: admin })).json as { models: object[] };
    expect(all.models).toHaveLength(2);
  });
});
