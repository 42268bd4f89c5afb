import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  exampleSweepView,
  exampleTrial,
  exampleTrials,
  RATE,
} from '../../../test/support/exampleSweepView.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { sweepFileOf } from '../../../functions/sweeps/report/sweepFile.js';
import { TrainyardClient } from '../../client/trainyardClient.js';
import { nextLines } from './change.js';
import { conclude } from './look.js';
import { Terminal } from '../../watch/terminal.js';
import { outcomeLines, writeOutcome } from './outcome.js';
import { readSweepFile } from './sweepFile.js';
import { headLine, parametersText, progressLine, roomOf, trialLine } from './trialTable.js';

const LAYOUT = { width: 100, color: false };

const trials = exampleTrials(10);
const sweep = exampleSweepView(trials);

describe('a line of a trial', () => {
  it('has a bar as long as its epochs, of those that the trial itself may have', () => {
    const curve = [{ epoch: 1, value: 6 }];
    const trial = exampleTrial(3, { state: 'running', value: null, seconds: null, curve });
    const running = trialLine(trial, sweep, LAYOUT);
    expect(running).toMatch(/ 3 running +█{3}░{9} +6\.0000 /);
    expect(trialLine(exampleTrial(5), sweep, LAYOUT)).toMatch(
      /█{12} +5\.0000 \* 1 min 01 s +learningRate=0\.05$/,
    );
  });

  it('says why a trial failed, and never more than the terminal is wide', () => {
    const error = { code: 'x', message: `the\u001B[2J file ${'is not there '.repeat(20)}` };
    const line = trialLine(exampleTrial(1, { state: 'failed', value: null, error }), sweep, LAYOUT);
    expect(line).toMatch(/failed .* the +\[2J file/);
    expect(line).toHaveLength(LAYOUT.width);
  });

  it('has what differs between trials in the order of the space, and is cut on a terminal alone', () => {
    const space = { 'training.z': { type: 'float', min: 0, max: 1 }, ...sweep.space } as const;
    const trial = exampleTrial(2, {
      parameters: { [RATE]: 0.00002, 'training.epochs': 4, 'training.z': 0.5 },
    });
    const line = trialLine(trial, { ...sweep, space }, { ...LAYOUT, width: Infinity });
    expect(line).toMatch(/ z=0\.5 learningRate=2e-5$/);
    expect(headLine(sweep).indexOf('settings')).toBe(line.indexOf('z='));
    expect(roomOf({ isLive: false, layout: LAYOUT }).width).toBe(Infinity);
  });

  it('names parameters by their last parts where these differ', () => {
    expect(parametersText({ 'model.query.dim': 8, 'model.candidate.dim': 16, 'training.seed': 1 })).toBe(
      'model.query.dim=8 model.candidate.dim=16 seed=1',
    );
  });
});

describe('what a sweep leaves', () => {
  it('is its results, the specification of the best trial and two pictures', async () => {
    const folder = join(await temporaryFolder(), 'out');
    const file = sweepFileOf(sweep, trials);
    const names = await writeOutcome(sweep, { file, report: '<!doctype html>' }, folder);
    expect(names).toEqual([
      'report.html',
      'sweep.json',
      'best.yaml',
      'best_so_far.svg',
      'parameter_importance.svg',
    ]);
    expect(JSON.parse(await readFile(join(folder, 'sweep.json'), 'utf8'))).toMatchObject({
      objectiveMetric: 'val_loss',
      direction: 'minimize',
      paramSpace: sweep.space,
      bestParams: { [RATE]: 0.05 },
      bestScore: 5,
      results: trials.map(({ number, value }) => ({ trial: number, score: value })),
      paramImportance: [{ key: RATE }],
    });
    const spec = trainingSpecSchema.parse(parse(await readFile(join(folder, 'best.yaml'), 'utf8')));
    expect(spec.training).toMatchObject({ epochs: 4, optimizer: { learningRate: 0.05 } });
    expect(outcomeLines(sweep, file, 100).join('\n')).toMatch(/the best is trial 5: val_loss 5\.0000/);
  });

  it('tells what all cost of what budget, and where that limits nothing', () => {
    const local = { ...sweep, budgetUsd: 5, tiers: ['local'], uncountedTiers: ['local'] };
    const file = sweepFileOf(local, trials);
    expect(file).toMatchObject({ budgetUsd: 5, costUsd: 0.12, uncountedTiers: ['local'] });
    expect(outcomeLines(local, file, 200).join('\n')).toContain(
      'the budget of $5.00 limits nothing: compute tier local has no price, so that what runs there counts as $0.00',
    );
    expect(outcomeLines(sweep, file, 200).join('\n')).not.toContain('budget');
  });

  it('tells of trials that were added by hand and wait', () => {
    const ended = { ...sweep, endReason: 'timeout' as const, waiting: [18] };
    expect(outcomeLines(ended, sweepFileOf(ended, trials), 200).join('\n')).toContain(
      'trial 18, added by hand, was never started, since the sweep ended before its turn; extended, it begins with it',
    );
    expect(progressLine({ ...sweep, status: 'running', waiting: [18, 19] })).toContain(
      '2 added by hand wait',
    );
  });

  it('is written without a report where the server has none, which is said', async () => {
    const older = createServer((_request, response) => void response.writeHead(404).end('no such route'));
    await once(older.listen(0, '127.0.0.1'), 'listening');
    const { port } = older.address() as AddressInfo;
    const folder = join(await temporaryFolder(), 'out');
    const notes: string[] = [];
    const drawn: string[] = [];
    const terminal = new Terminal({ write: (text) => drawn.push(text) }, true);
    await conclude(
      new TrainyardClient({ url: `http://127.0.0.1:${port}` }),
      { sweep, trials },
      { folder, json: false, next: [] },
      { terminal, note: (line) => notes.push(line) },
    );
    older.close();
    expect((await readdir(folder)).toSorted()).toEqual([
      'best.yaml',
      'best_so_far.svg',
      'parameter_importance.svg',
      'sweep.json',
    ]);
    expect(notes.join()).toMatch(/report\.html is not written, .*404.* An older Trainyard has none/);
    expect(drawn.join('')).toContain('the best is trial 5');
  });

  it('is no specification and no picture where no trial has a result', async () => {
    const folder = await temporaryFolder();
    const none = { ...sweep, best: null };
    const error = { code: 'out-of-memory', message: 'too wide' };
    const failed = [exampleTrial(1, { state: 'failed', value: null, curve: [], error })];
    const file = sweepFileOf(none, failed);
    expect(await writeOutcome(none, { file, report: '' }, folder)).toEqual(['report.html', 'sweep.json']);
    expect(file.paramImportance).toMatchObject([{ importance: null }]);
    expect(file).toMatchObject({ bestParams: null, bestScore: null, results: [{ error }] });
    expect(outcomeLines(none, file, 100).join('\n')).toContain('no trial went on to its end');
  });
});

describe('what one may do with a sweep that has ended', () => {
  it.each([
    ['maxTrials', /extend \w+ --trials N/],
    ['timeout', /extend \w+ --timeout SECONDS/],
    ['budget', /extend \w+ --budget USD/],
    ['exhausted', /add-trial \w+ --set KEY=VALUE/],
  ] as const)('for %s is what would not be refused', (endReason, says) => {
    expect(nextLines({ ...sweep, endReason }).at(-1)).toMatch(says);
  });

  it('is to retrain its best while nobody has', () => {
    const ended = { ...sweep, status: 'completed' as const };
    expect(nextLines(ended).join('\n')).toContain(`trainyard sweep finalize ${sweep.sweepId}`);
  });
});

describe('the file of a space', () => {
  const written = async (text: string) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'a'), { recursive: true });
    await writeFile(join(folder, 'a', 'space.yaml'), text);
    return { folder, read: readSweepFile('a/space.yaml', folder) };
  };

  it('may be a space alone', async () => {
    const { read } = await written('training.batchSize: [1024, 4096]\n');
    expect(await read).toMatchObject({
      sent: { space: { 'training.batchSize': [1024, 4096] } },
      specFile: undefined,
      isSpaceAlone: true,
    });
    expect((await readSweepFile('default', '/')).sent).toEqual({ space: 'default' });
  });

  it('may be a whole sweep, whose specification it names or holds', async () => {
    const named = await written('base_config: ../base.yaml\nmethod: random\nparam_space: { x: [1, 2] }\n');
    expect(await named.read).toMatchObject({
      sent: { method: 'random', param_space: { x: [1, 2] } },
      specFile: join(named.folder, 'base.yaml'),
    });
    const held = await written('spec: { dataset: {} }\nspace: default\n');
    expect(await held.read).toMatchObject({
      sent: { space: 'default', spec: { dataset: {} } },
      specFile: undefined,
    });
  });

  it.each([
    ['[1, 2]', /must be a mapping/],
    ['a: [1', /neither YAML nor JSON/],
    ['# nothing', /is empty/],
    ['spec: a.yaml\nbase_config: b.yaml', /say the same/],
  ])('that holds %j is refused', async (text, message) => {
    const { read } = await written(text);
    await expect(read).rejects.toThrow(message);
  });
});
