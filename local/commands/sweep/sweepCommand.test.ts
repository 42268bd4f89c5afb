import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFinals } from '@trainyard/functions/sweeps/documents';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../../test/support/callbacks.js';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../../test/support/newRun.js';
import { runCommandLine } from '../../../test/support/runCommandLine.js';
import { SweepWorld } from '../../../test/support/sweepWorld.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

const RATE = 'training.optimizer.learningRate';
const spec = JSON.stringify({ ...EXAMPLE_SPEC, dataset: { source: { uri: 'gs://shop/rows.csv' } } }, null, 2);

async function atTerminal(files: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries({ 'shop.yaml': spec, ...files }))
    await writeFile(join(folder, name), text);
  const world = new SweepWorld(await testControlPlane());
  const { port } = await serveFunction('api');
  const sweep = (...args: string[]) =>
    runCommandLine(['sweep', ...args, '--url', `http://127.0.0.1:${port}`], folder);
  return { world, sweep, folder };
}

const START = ['--model', 'shop', '--spec', 'shop.yaml', '--detach'];

describe('what is wrong with a sweep', () => {
  it.each([
    [
      'the line of the space',
      `${RATE}: [1, 2]\ntraining.epochs: { min: 5 }\n`,
      /space\.yaml:2: training\.epochs: is /,
    ],
    [
      'what was meant',
      'training.learningRate: [1, 2]\n',
      new RegExp(`space.yaml:1: .* did you mean "${RATE}"`),
    ],
    [
      'the line of a sweep file, by the name that it has there',
      'method: random\nobjective_metric: val_los\nparam_space: { training.epochs: [1, 2] }\n',
      /space\.yaml:2: objective_metric: .* no val_los/,
    ],
    ['an element of a list', 'training.epochs: [\n  1,\n  1,\n]\n', /space\.yaml:3: .* is there twice/],
  ])('is said with %s', async (_, space, message) => {
    const { sweep } = await atTerminal({ 'space.yaml': space });
    const { code, err } = await sweep(...START, '--space', 'space.yaml');
    expect(err).toMatch(message);
    expect(code).toBe(1);
  });

  it('is said with the line of the specification, wherever that lies', async () => {
    const wrong = spec.replace('"features"', '"featurs"');
    const line = wrong.split('\n').findIndex((text) => text.includes('"featurs"')) + 1;
    const { sweep } = await atTerminal({ 'shop.yaml': wrong });
    expect((await sweep(...START)).err).toContain(`shop.yaml:${line}: featurs: unknown key "featurs"`);
  });

  it('is said with the flag as it was typed, where one gave it', async () => {
    const { sweep } = await atTerminal();
    const { err, code } = await sweep(...START, '--space', 'default', '--objective', 'val_los');
    expect(err).toMatch(/\n {2}--objective: .* no val_los/);
    expect(code).toBe(1);
  });

  it('is an empty name', async () => {
    const { sweep } = await atTerminal();
    expect((await sweep(...START, '--name', '')).err).toMatch(/--name is ""; write a name, or leave it out/);
  });

  it('is a trial that is not there, or that was stopped', async () => {
    const { world, sweep } = await atTerminal({ 'space.yaml': `${RATE}: [0.01, 0.02]\n` });
    const { out } = await sweep(...START, '--space', 'space.yaml', '--trials', '2', '--json');
    const { sweepId } = JSON.parse(out) as { sweepId: string };
    expect((await sweep('finalize', sweepId, '--trial', '1')).err).toMatch(
      /There is no trial 1: none was started/,
    );
    await world.deliver();
    await sweep('cancel', sweepId);
    await world.run(sweepId);
    expect((await sweep('finalize', sweepId, '--trial', '99')).err).toMatch(/There is no trial 99: /);
    expect((await sweep('finalize', sweepId, '--trial', '1')).err).toMatch(
      /Trial 1 was cancelled, and only a completed trial is retrained/,
    );
  });

  it('is a flag of another action, which would do nothing', async () => {
    const { sweep } = await atTerminal();
    const { code, err } = await sweep('pause', 'q5w2kzt7mbx3hvac4ndy', '--trials', '5');
    expect(code).toBe(2);
    expect(err).toMatch(/--trials goes with start, list, extend, not with pause/);
  });

  it.each([
    [['add-trial'], /--set/],
    [['add-trial', '--set', 'training.batchSize=[512'], /begins like JSON/],
    [['extend'], /--trials/],
    [['finalize', '--repeats', '1'], /one repetition tells no spread/],
    [
      ['add-trial', '--set', 'training.epochs=2', '--set', 'training.epochs=3'],
      /training\.epochs is given twice/,
    ],
  ])('is %j', async ([action = '', ...flags], message) => {
    const { sweep } = await atTerminal();
    const { code, err } = await sweep(action, 'q5w2kzt7mbx3hvac4ndy', ...flags);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('a sweep from a terminal', () => {
  it('is started, given a trial, paused, resumed, and listed with its best', async () => {
    const { world, sweep } = await atTerminal({ 'space.yaml': `${RATE}: { min: 0.01, max: 0.1 }\n` });
    const flags = [
      '--space',
      'space.yaml',
      '--trials',
      '3',
      '--parallel',
      '1',
      '--name',
      'rates\u202E',
      '--json',
    ];
    const started = JSON.parse((await sweep(...START, ...flags)).out) as { sweepId: string };
    const { sweepId } = started;
    expect((await sweep('pause', sweepId)).out).toContain(`trainyard sweep resume ${sweepId}`);
    const added = (await sweep('add-trial', sweepId, '--set', `${RATE}=0.07`)).out;
    expect(added).toMatch(/learningRate=0\.07 as trial 1 once it is resumed/);
    expect(added).toContain('as the specification of the sweep has it');
    expect(added).toContain(`trainyard sweep resume ${sweepId}`);
    expect((await sweep('resume', sweepId)).out).toContain('running: 0 of 3 trials');
    await world.deliver();
    for (let step = 0; step < 2; step++) {
      await world.train(sweepId);
      await world.deliver();
    }
    expect((await sweep('finalize', sweepId, '--detach')).out).toMatch(
      /trains trial 1, the best so far \(the sweep goes on: 1 of 3 trials are over\), as a version of shop/,
    );
    await world.run(sweepId);
    expect((await sweep('finalize', sweepId, '--detach')).out).toMatch(/trains trial 1, the best, as/);
    const tried = (await world.trials(sweepId)).map(({ parameters }) => parameters[RATE]);
    expect(tried).toHaveLength(3);
    expect(tried).toContain(0.07);
    const listed = (await sweep('list', 'shop')).out;
    expect(listed).toMatch(/rates +completed \(maxTrials\) +3\/3 +1\.0000/);
    expect(listed).not.toContain('\u202E');
    const shown = await sweep('show', sweepId, '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ sweepId, bestTrial: 1, finals: [{ trial: 1 }] });
    // Its best is retrained already: what is left is to go on.
    const lines = (await sweep('show', sweepId)).out;
    expect(lines).toContain(`trainyard sweep extend ${sweepId}`);
    expect(lines).not.toContain(`trainyard sweep finalize ${sweepId}`);
  });

  it('says of a version that it is made of a sample, and tells its final runs apart, those of the best trial first', async () => {
    const sampled = JSON.stringify({
      ...EXAMPLE_SPEC,
      dataset: { source: { uri: 'gs://shop/rows.csv' }, sample: { share: 0.1 } },
    });
    const { world, sweep } = await atTerminal({
      'shop.yaml': sampled,
      'space.yaml': `${RATE}: [0.01, 0.02]\n`,
    });
    const flags = ['--space', 'space.yaml', '--trials', '2', '--strategy', 'grid', '--json'];
    const { sweepId } = JSON.parse((await sweep(...START, ...flags)).out) as { sweepId: string };
    await world.run(sweepId);
    const finalize = (...more: string[]) =>
      sweep('finalize', sweepId, '--detach', '--repeats', '0', '--no-baseline', ...more);
    expect((await finalize()).err).toMatch(
      /this version reads 10 % of the rows only .*finalize \S+ --override dataset\.sample=null/,
    );
    expect((await finalize('--override', 'dataset.sample=null')).err).toBe('');
    const { bestTrial } = JSON.parse((await sweep('show', sweepId, '--json')).out) as { bestTrial: number };
    const other = 3 - bestTrial;
    await finalize('--trial', String(other));
    const { out } = await sweep('show', sweepId);
    // Asked for at one time, the two of the best trial stand in any order.
    expect(out).toMatch(new RegExp(`trial ${bestTrial} was retrained as`));
    expect(out).toMatch(new RegExp(`trial ${bestTrial} .*: all rows, with sample=null`));
    expect(out).toMatch(new RegExp(`trial ${bestTrial} .*: 10 % of the rows`));
    expect(out).toMatch(new RegExp(`trial ${other} as \\S+ \\(run \\S+\\), \\S+: 10 % of the rows`));
  });

  it('is written again once its best was retrained, where it was written before', async () => {
    const { world, sweep, folder } = await atTerminal({ 'space.yaml': `${RATE}: [0.01, 0.02]\n` });
    const { out } = await sweep(...START, '--space', 'space.yaml', '--trials', '2', '--json');
    const { sweepId } = JSON.parse(out) as { sweepId: string };
    await world.run(sweepId);
    await sweep('watch', sweepId);
    const written = join(folder, 'sweeps', sweepId, 'sweep.json');
    expect(JSON.parse(await readFile(written, 'utf8'))).toMatchObject({ finals: [] });
    const finalize = ['finalize', sweepId, '--repeats', '0', '--no-baseline'];
    expect((await sweep(...finalize, '--detach')).out).toContain(`--out sweeps/${sweepId}`);
    const [final] = await readFinals(world.cp.store, sweepId);
    const run = await world.cp.run(final?.runId ?? '');
    await world.cp.put({ ...run, status: 'completed', result: RESULT });
    expect((await sweep(...finalize, '--json')).code).toBe(0);
    expect(JSON.parse(await readFile(written, 'utf8'))).toMatchObject({ finals: [{ runId: run.runId }] });
  });

  it('says what is tried where nobody has said it', async () => {
    const { sweep } = await atTerminal();
    expect((await sweep(...START)).out).toMatch(
      /tries the usual ranges around the specification \(--space default\): .*training\./,
    );
  });

  it('that was cancelled ends a watch as a cancelled run does', async () => {
    const { world, sweep } = await atTerminal({ 'space.yaml': 'training.epochs: [1, 2]\n' });
    const { out } = await sweep(...START, '--space', 'space.yaml', '--json');
    const { sweepId } = JSON.parse(out) as { sweepId: string };
    expect((await sweep('cancel', sweepId)).code).toBe(0);
    await world.run(sweepId);
    expect((await sweep('watch', sweepId)).code).toBe(1);
    expect((await sweep('show', sweepId)).code).toBe(0);
  });
});
