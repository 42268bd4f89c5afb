import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { expectedFormOf, verifyMetrics } from '../expectedMetrics.js';
import { verify } from './verify.js';

const REPORT = {
  metrics: [
    { name: 'test_recall_at_10', value: 0.2, interval: null },
    { name: 'test_loss', value: 6 },
  ],
  history: [
    { epoch: 1, metrics: { val_loss: 7 } },
    { epoch: 2, metrics: { val_loss: 6.5 } },
  ],
  bestEpoch: 2,
};

async function verified(expected: unknown, args: string[] = [], run = 'out') {
  const cwd = await temporaryFolder();
  await mkdir(join(cwd, 'out', 'model'), { recursive: true });
  await writeFile(join(cwd, 'out', 'model', 'evaluation.json'), JSON.stringify(REPORT));
  await writeFile(
    join(cwd, 'expected.json'),
    typeof expected === 'string' ? expected : JSON.stringify(expected),
  );
  const lines: string[] = [];
  const code = await verify.run([run, '--against', 'expected.json', ...args], {
    config: { url: undefined, token: undefined } as never,
    cwd,
    terminal: { draw: (drawn: readonly string[]) => lines.push(...drawn) } as never,
    note: () => {},
    interrupted: new AbortController().signal,
  });
  return { code, lines };
}

describe('trainyard verify', () => {
  it('shows each expected metric beside that of the folder, and ends in 0 where all are met', async () => {
    expect(await verified({ test_recall_at_10: 0.21, val_loss: 6.4 })).toEqual({
      code: 0,
      lines: [
        'metric             expected  actual  difference',
        'test_recall_at_10    0.2100  0.2000     -4.76 %  as expected',
        'val_loss             6.4000  6.5000     +1.56 %  as expected',
        '',
        'out: 2 metrics as expected',
      ],
    });
  });

  it('ends in 1 where one is off by more than 5 %, whichever way, or missing', async () => {
    const { code, lines } = await verified({ test_recall_at_10: 0.18, test_mae: 1, test_loss: 6 });
    expect(code).toBe(1);
    expect(lines[1]).toMatch(/\+11.1 % {2}off by more than 5 %$/);
    expect(lines[2]).toMatch(/is missing$/);
    expect(lines.at(-1)).toBe('out: 2 of 3 metrics not as expected');
  });

  it('goes by the tolerance of the command line, of the file, and of the metric before both', async () => {
    expect((await verified({ test_loss: 5 }, ['--tolerance', '0.2'])).code).toBe(0);
    expect((await verified({ metrics: { test_loss: 5 }, tolerance: 0.1 }, ['--tolerance', '0.2'])).code).toBe(
      1,
    );
    expect(
      (await verified({ metrics: { test_loss: { value: 5, tolerance: 0.2 } }, tolerance: 0.1 })).code,
    ).toBe(0);
  });

  it('takes the evaluation of another run for what is expected, and names files as well as folders', async () => {
    expect((await verified(REPORT, [], join('out', 'model', 'evaluation.json'))).code).toBe(0);
    expect((await verified({ ...REPORT, metrics: [{ name: 'test_loss', value: 5 }] })).code).toBe(1);
  });

  it.each([
    ['{', 'is not JSON'],
    [{ test_loss: 'much' }, /has no expected metrics.*allowed is a number.*at test_loss/s],
    [{ metrics: { test_loss: { value: '6' } } }, /allowed is a number.*at metrics\.test_loss/s],
    [{ metrics: [{ name: 'test_loss', value: 'much' }] }, /expected number.*at metrics\[0\]\.value/s],
    [{ 'recall@10': 0.2 }, /has no expected metrics.*recall@10/s],
    [{}, 'expects nothing'],
  ])('refuses %j as what is expected', async (expected, why) => {
    await expect(verified(expected)).rejects.toThrow(why);
  });

  it('says that a run is no evaluation, and not that metrics are to be written', async () => {
    const cut = verified({ test_loss: 6 }, [], 'expected.json');
    await expect(cut).rejects.toThrow(/expected\.json is no evaluation\.json of a trainer: give a run's id/);
  });

  it('refuses what is no run and no folder', async () => {
    await expect(verified({ test_loss: 6 }, [], 'nowhere')).rejects.toThrow(
      /no file or folder .*nowhere: give a run's id/,
    );
  });
});

describe('a metric that is expected to be', () => {
  const isMet = (expected: number, actual: number, tolerance: number) =>
    verifyMetrics(expectedFormOf({}).parse({ test_loss: expected }), { test_loss: actual }, tolerance)[0]!
      .isMet;

  it('0 must be 0, and one below 0 may be off by as much of its size', () => {
    expect([isMet(0, 0, 0.05), isMet(0, 1e-9, 0.05)]).toEqual([true, false]);
    expect([isMet(-2, -2.1, 0.05), isMet(-2, -2.11, 0.05), isMet(-2, 2, 0.05)]).toEqual([true, false, false]);
  });
});
