/** Commands that change or tell something print it as JSON where a program asks. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../../test/support/newRun.js';
import { COMMANDS } from '../program.js';
import { runCommandLine } from '../../../test/support/runCommandLine.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

async function world() {
  const cp = await testControlPlane();
  const { port } = await serveFunction('api');
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'spec.json'), JSON.stringify(EXAMPLE_SPEC));
  await writeFile(join(folder, 'purchases.csv'), 'who,what\n');
  const call = (...args: string[]) =>
    runCommandLine([...args, '--json', '--url', `http://127.0.0.1:${port}`], folder);
  return { cp, call, folder };
}

/** What tells nothing that a program would take apart. */
const WITHOUT_JSON: Readonly<Record<string, string>> = {
  up: 'serves until it is stopped; other commands ask it',
  schema: 'is JSON by itself',
  completion: 'is a script of the shell',
  demo: 'is a show for people; start and watch do the same',
  'demo-sweep': 'is a show for people; sweep does the same',
};

/** What asks no Trainyard. */
const WITHOUT_URL: Readonly<Record<string, string>> = {
  up: 'is the Trainyard itself',
  init: 'looks at a file of this machine',
  retrain: 'leaves a message in the directory of a host',
  cost: 'computes with the table of prices',
  schema: 'prints what it has itself',
  completion: 'prints what it has itself',
  sample: 'makes a file',
  demo: 'starts a host of its own',
  'demo-sweep': 'starts a host of its own',
  deploy: 'speaks to Google Cloud',
  doctor: 'speaks to Google Cloud, or looks at this machine',
};

describe('the table of commands', () => {
  it.each([
    ['json', WITHOUT_JSON],
    ['url', WITHOUT_URL],
  ] as const)('has --%s on every command but those with a reason', (flag, reasons) => {
    const without = [...COMMANDS].filter(([, { table }]) => !(flag in table.flags));
    expect(without.map(([name]) => name).toSorted()).toEqual(Object.keys(reasons).toSorted());
  });
});

describe('--json', () => {
  it('has where a run is looked at and where its report is, what a sample has, and the steps of a plan', async () => {
    const { call, folder } = await world();
    const started = JSON.parse((await call('start', '--model', 'demo', '--spec', 'spec.json')).out) as {
      runId: string;
    };
    const open = JSON.parse((await call('open', 'demo#1', '--print')).out) as { url: string };
    expect(open.url).toMatch(new RegExp(`/runs/${started.runId}$`));
    await writeFile(join(folder, 'report.html'), '<!doctype html>');
    expect(JSON.parse((await call('report', folder)).out)).toEqual({ report: join(folder, 'report.html') });
    const sizes = ['--rows', '1000'];
    const sample = await runCommandLine(['sample', '--output', 's.csv', '--json', ...sizes], folder);
    expect(JSON.parse(sample.out)).toMatchObject({ rows: 1000, path: join(folder, 's.csv') });
    const settings = { project: 'shop-prod', projectNumber: '123456789012', googleAudience: 'x' };
    await writeFile(join(folder, 'deploy.json'), JSON.stringify(settings));
    const plan = ['deploy', '--settings', 'deploy.json', '--tag', 'abc', '--json'];
    const steps = JSON.parse((await runCommandLine([...plan, '--plan'], folder)).out) as { phase: string }[];
    expect(steps.map(({ phase }) => phase)).toContain('functions');
    expect((await runCommandLine(plan, folder)).code).toBe(2);
  });

  it('has every change of a run that is watched, a line each, and ends as the run does', async () => {
    const { call } = await world();
    await call('start', '--model', 'demo', '--spec', 'spec.json');
    await call('cancel', 'demo#1');
    const { code, out } = await call('watch', 'demo#1');
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; data: unknown });
    expect(events.at(-1)).toMatchObject({ event: 'run', data: { status: 'cancelled' } });
    expect(code).toBe(1);
  });

  it('has the run that was started, cancelled and retried', async () => {
    const { cp, call } = await world();
    const started = JSON.parse((await call('start', '--model', 'demo', '--spec', 'spec.json')).out) as {
      runId: string;
    };
    expect(started).toMatchObject({ name: 'demo#1', status: 'pending' });
    expect(JSON.parse((await call('cancel', 'demo#1')).out)).toMatchObject({ status: 'cancelled' });
    expect((await cp.run(started.runId)).status).toBe('cancelled');
    expect(JSON.parse((await call('retry', 'demo#1')).out)).toMatchObject({ name: 'demo#2' });
  });

  it('has what a start would take, and does not go with drawing the run', async () => {
    const { call } = await world();
    const dry = await call('start', '--model', 'demo', '--spec', 'spec.json', '--dry-run', '--rows', '1000');
    expect(dry.err).toBe('');
    expect(JSON.parse(dry.out)).toHaveProperty('estimate');
    const drawn = await call('start', '--model', 'demo', '--spec', 'spec.json', '--watch');
    expect([drawn.code, drawn.err]).toEqual([2, expect.stringContaining('leave one of them out')]);
  });

  it('has the costs of a deployment, and the message that asks for a training', async () => {
    const { folder } = await world();
    expect(JSON.parse((await runCommandLine(['cost', '--json'])).out)).toMatchObject({
      together: { usd: expect.any(Number) as number },
    });
    const { out } = await runCommandLine(['retrain', '--model', 'demo', '--new-rows', '5', '--json'], folder);
    expect(JSON.parse(out)).toMatchObject({ message: { modelId: 'demo', newRows: 5 } });
  });
});
