import { describe, expect, it } from 'vitest';
import { healthyProject, ID, NOW, REGION } from '../../../test/support/google/healthyProject.js';
import { HARMS, service, type Answers } from '../../../test/support/google/harms.js';
import { startGoogleStandIn } from '../../../test/support/google/standIn.js';
import { examineProject, CHECKS } from './examine.js';

/** What is found in a project that is healthy but for what `harm` does. */
async function examined(harm: (answers: Answers) => void = () => {}, date: () => Date = () => new Date()) {
  const answers = await healthyProject();
  harm(answers);
  const google = await startGoogleStandIn(answers, date);
  const api = { token: () => Promise.resolve('t0ken'), endpoint: google.endpoint, pauseMs: 1 };
  const examine = () => examineProject({ projectId: ID, region: REGION, api, now: NOW });
  return { google, examine, findings: await examine() };
}

describe('a project in which nothing is wrong', () => {
  it('is found well by every check, with nothing to mend', async () => {
    const { findings, google } = await examined();
    expect(findings.filter(({ severity, check }) => severity !== 'ok' && check !== 'prices')).toEqual([]);
    expect(new Set(findings.map(({ check }) => check))).toEqual(new Set(CHECKS.map(({ name }) => name)));
    const asked = (isPage: boolean) =>
      google.requests.filter(({ url }) => url?.startsWith(`/${ID}.web.app/`) === isPage);
    expect(asked(false).every(({ headers }) => headers.authorization === 'Bearer t0ken')).toBe(true);
    expect(asked(false).every(({ headers }) => headers['x-goog-user-project'] === ID)).toBe(true);
    // Whoever has the page gets none of the caller's credentials.
    expect(asked(true).length).toBeGreaterThan(1);
    expect(asked(true).some(({ headers }) => headers.authorization)).toBe(false);
  });

  it('is asked, and nothing in it is changed', async () => {
    const { google } = await examined();
    const writing = google.requests.filter(({ method }) => method !== 'GET');
    expect(writing.every(({ url }) => url?.includes(':getIamPolicy'))).toBe(true);
  });
});

describe('what is wrong is found, with the command that mends it', () => {
  it.each(HARMS)('%s', async (_what, harm, check, says, mend) => {
    const { findings } = await examined(harm);
    const wrong = findings.filter((finding) => finding.check === check && finding.severity !== 'ok');
    expect(wrong).not.toEqual([]);
    expect(wrong.map((finding) => finding.says).join('\n')).toMatch(says);
    expect(wrong.map((finding) => finding.mend ?? '').find((line) => mend.test(line))).toBeDefined();
    // Nothing else is blamed for it, but what follows from it.
    const others = findings.filter((finding) => finding.check !== check && finding.severity === 'error');
    expect(others).toEqual([]);
  });

  it('a tier without a price, whose cost no budget limits', async () => {
    const machine = { region: 'africa-south1', cpu: 4, memoryGb: 16 };
    const far = [{ name: 'far', launcher: 'cloudRunJobs', machine }];
    const tiers = service('dispatch', 'environmentVariables.TRAINYARD_TIERS', JSON.stringify(far));
    const prices = async (harm: (answers: Answers) => void) =>
      (await examined(harm)).findings.flatMap(({ check, says }) => (check === 'prices' ? [says] : [])).join();
    expect(await prices(tiers)).toMatch(/compute tier far has no price: .*no monthly budget limits it/);
    const given = ['cloudRun.vcpu', 'cloudRun.gib'].map((sku) => ({ sku, usd: 0.00002 }));
    const table = service('dispatch', 'environmentVariables.TRAINYARD_PRICES', JSON.stringify(given));
    const both = await prices((answers) => {
      tiers(answers);
      table(answers);
    });
    expect(both).not.toMatch(/has no price/);
  });

  it('a clock that is off', async () => {
    const { findings } = await examined(undefined, () => new Date(Date.now() + 300_000));
    expect(findings.find(({ check }) => check === 'clock')).toMatchObject({
      severity: 'warning',
      says: expect.stringMatching(/(299|300|301) s behind/),
    });
  });
});

it('a page that the settings ask for nowhere is looked at nowhere', async () => {
  const { findings, google } = await examined(service('api', 'environmentVariables.TRAINYARD_STREAM_ORIGIN'));
  const said = findings.filter(({ check }) => check === 'hosting');
  expect(said).toMatchObject([
    { severity: 'ok', says: expect.stringContaining('no page on Firebase Hosting') },
  ]);
  expect(google.requests.some(({ url }) => /web\.app|firebasehosting/.test(url ?? ''))).toBe(false);
});

describe('what may not be looked at', () => {
  const denied = (part: string, message: string) => (answers: Answers) => {
    for (const name of answers.keys()) if (name.endsWith(part)) answers.set(name, { status: 403, message });
  };

  it('is a finding that names the permission, as the API says it', async () => {
    const { findings } = await examined(
      denied(
        '/versions',
        "Permission 'secretmanager.versions.list' denied on resource (or it may not exist).",
      ),
    );
    expect(findings.find(({ check }) => check === 'secrets')).toMatchObject({
      severity: 'unknown',
      says: 'may not be looked at: ask for secretmanager.versions.list',
    });
  });

  it('is a finding that names the permission, where the API does not', async () => {
    const { findings } = await examined(denied('/topics', 'User not authorized to perform this action.'));
    expect(findings.find(({ check }) => check === 'topics')?.says).toContain('pubsub.topics.list');
  });

  it('for want of an API is a finding with the command that enables it', async () => {
    const { findings } = await examined((answers) => {
      for (const name of answers.keys())
        if (name.startsWith('cloudquotas.'))
          answers.set(name, { status: 403, message: 'not used before', reason: 'SERVICE_DISABLED' });
    });
    expect(findings.filter(({ check }) => check === 'quotas')).toEqual([
      expect.objectContaining({
        severity: 'unknown',
        mend: `gcloud services enable cloudquotas.googleapis.com --project=${ID}`,
      }),
    ]);
  });

  it('at the moment is asked for again, and is a finding in the end', async () => {
    const { google, examine } = await examined();
    const topics = `pubsub.googleapis.com/v1/projects/${ID}/topics`;
    google.failures.set(topics, [503, 429]);
    expect((await examine()).find(({ check }) => check === 'topics')?.severity).toBe('ok');
    google.failures.set(topics, [503, 503, 503]);
    expect((await examine()).find(({ check }) => check === 'topics')).toMatchObject({
      severity: 'unknown',
      says: expect.stringContaining('503'),
    });
  });

  it('is the whole project, where the credentials do not see it', async () => {
    const { findings } = await examined(denied(`v3/projects/${ID}`, 'The caller does not have permission'));
    expect(findings).toEqual([
      expect.objectContaining({
        check: 'project',
        severity: 'error',
        mend: 'gcloud auth application-default login',
      }),
    ]);
  });
});
