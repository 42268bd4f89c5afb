import { newRunId } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { signed, trainer } from '../../test/support/callbacks.js';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import { tokenIssuer } from '../../test/support/standIns/tokenIssuer.js';
import { dispatch } from '../runs/dispatch.js';
import { IDENTITY_HEADER } from './trainerIdentity.js';

const EMAIL = 'trainer@shop.iam.gserviceaccount.com';
const AUDIENCE = 'https://trainyard.example';

async function opened() {
  const google = await tokenIssuer('https://accounts.google.com');
  const { issuer, keysUrl } = google;
  const cp = await testControlPlane({
    trainerIdentity: { issuer, keysUrl, audience: AUDIENCE, email: EMAIL },
  });
  const now = cp.now().getTime() / 1000;
  const token = (claims = {}) =>
    google.sign({
      aud: AUDIENCE,
      sub: '1234',
      iat: now,
      exp: now + 3600,
      email: EMAIL,
      email_verified: true,
      ...claims,
    });
  const job = { tier: 'small', name: 'job', launchedAt: cp.now().toISOString(), usdPerHour: null };
  const run = newRun(cp.now(), { runId: newRunId(), status: 'provisioning', job });
  await cp.put(run);
  const webhooks = await serveFunction('webhooks');
  const send = (headers: Record<string, string>, secret?: string) => {
    const { path, sent } = signed(trainer().epoch(1), {
      now: cp.now(),
      runId: run.runId,
      headers,
      ...(secret !== undefined && { secret }),
    });
    return webhooks.send(path, sent);
  };
  return { cp, run, send, token, now };
}

describe('where trainers have an identity, a callback', () => {
  it('of the trainers’ service account is recorded', async () => {
    const { cp, run, send, token } = await opened();
    expect(await send({ [IDENTITY_HEADER]: await token() })).toMatchObject({ status: 200 });
    expect((await cp.run(run.runId)).currentEpoch).toBe(1);
  });

  it.each<[what: string, status: number, claims: object | null]>([
    ['without a token', 401, null],
    ['of another account', 403, { email: 'other@shop.iam.gserviceaccount.com' }],
    ['of an address that is not verified', 403, { email_verified: false }],
    ['meant for another service', 401, { aud: 'https://other.example' }],
    ['with a token that has expired', 401, { exp: 1 }],
    ['with a token of another issuer', 401, { iss: 'https://issuer.example' }],
  ])('%s is refused, and nothing is written', async (_what, status, claims) => {
    const { cp, send, token } = await opened();
    const before = cp.documents();
    const bearer = claims ? await token(claims) : '';
    const answer = await send(claims ? { [IDENTITY_HEADER]: bearer } : {});
    expect(answer.status).toBe(status);
    expect(cp.documents()).toEqual(before);
    if (bearer) expect(answer.text).not.toContain(bearer.slice(0, 30));
  });

  it('with the right token and a wrong signature is refused', async () => {
    const { send, token } = await opened();
    expect(await send({ [IDENTITY_HEADER]: await token() }, 'whsec_Zm9yZ2Vk')).toMatchObject({
      status: 401,
    });
  });

  it('is sent by a trainer that was told whom its token is meant for', async () => {
    const { cp } = await opened();
    const { runId } = await cp.request();
    await dispatch(cp, runId);
    expect(cp.launcher.started.at(-1)?.env['CALLBACK_AUDIENCE']).toBe(AUDIENCE);
  });
});
