/** The built trainer as a process: environment variables in, callbacks and an exit code out. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deriveRunSecret, type TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callbackServer, type CallbackServer } from '../test/support/callbackServer.js';
import { temporaryFolder } from '../test/support/temporaryFolder.js';
import { until } from '../test/support/until.js';
import { randomFor } from './model/random.js';

const MAIN = fileURLToPath(new URL('./dist/main.js', import.meta.url));
const RUN_ID = 'abcdefghijklmnopqrst';
const STAGES = ['ingest', 'validate', 'transform', 'train', 'evaluate', 'register'];
const secretOf = (attempt: number) => deriveRunSecret('a master secret of the tests', RUN_ID, attempt);

const SPEC: TrainingSpecInput = {
  dataset: { source: { uri: 'purchases.jsonl' }, split: { strategy: 'time', column: 'at' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true, dim: 8 }],
    candidate: [{ column: 'item', transform: 'lookup', id: true, dim: 8 }],
  },
  model: { query: { layers: [] }, candidate: { layers: [] } },
  training: { epochs: 4, batchSize: 64, earlyStopping: false },
};
const manyEpochs = (epochs: number): TrainingSpecInput => ({
  ...SPEC,
  training: { ...SPEC.training, epochs },
});

/** Purchases of 40 users in 4 groups, each group with items of its own. */
function purchases(): string {
  const random = randomFor(1, 'purchases');
  const rows = Array.from({ length: 2000 }, (_, at) => {
    const user = Math.floor(random() * 40);
    return JSON.stringify({
      user: `u${user}`,
      item: `i${(user % 4) * 10 + Math.floor(random() ** 2 * 10)}`,
      at,
    });
  });
  return `${rows.join('\n')}\n`;
}

interface Workplace {
  folder: string;
  plane: CallbackServer;
  start: (attempt: number, extra?: Record<string, string>) => Trainer;
}

interface Trainer {
  child: ChildProcess;
  /** The exit code, or the signal that ended it. */
  exit: Promise<number | string | null>;
  output: () => string;
}

async function workplace(spec: object): Promise<Workplace> {
  const folder = await temporaryFolder();
  const plane = await callbackServer(secretOf);
  await writeFile(join(folder, 'purchases.jsonl'), purchases());
  await writeFile(join(folder, 'spec.json'), JSON.stringify(spec));
  await mkdir(join(folder, 'run'));
  const start = (attempt: number, extra = {}) =>
    startTrainer([], {
      RUN_ID,
      ATTEMPT: String(attempt),
      MODEL_VERSION: 'tiny#1',
      SPEC_URI: pathToFileURL(join(folder, 'spec.json')).href,
      ARTIFACT_URI: pathToFileURL(join(folder, 'run')).href,
      CALLBACK_URL: plane.url,
      RUN_SECRET: secretOf(attempt),
      TRAINYARD_BACKEND: 'wasm',
      TRAINYARD_DATA_BASE: folder,
      ...extra,
    });
  return { folder, plane, start };
}

function startTrainer(args: string[], env: Record<string, string>): Trainer {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env['PATH'], ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const exit = new Promise<number | string | null>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal)),
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, exit, output: () => output };
}

/** Waits for the exit; one that is not expected is shown with what the trainer printed. */
async function ended(trainer: Trainer, expected: number): Promise<void> {
  const exit = await trainer.exit;
  if (exit !== expected) throw new Error(`exit ${exit} instead of ${expected}:\n${trainer.output()}`);
}

const stagesOf = (plane: CallbackServer) => plane.taken('stage-complete').map(({ body }) => body['stage']);
const epochsOf = (plane: CallbackServer) =>
  [...new Set(plane.taken('epoch-complete').map(({ body }) => Number(body['epoch'])))].toSorted(
    (a, b) => a - b,
  );
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const finals = (plane: CallbackServer) =>
  plane.taken('checkpointed').filter(({ body }) => body['final'] === true);

function epochTaken(plane: CallbackServer, epoch: number): Promise<unknown> {
  return until(`epoch ${epoch}`, () => epochsOf(plane).includes(epoch));
}

describe('a trainer process', () => {
  // `auto` is the native backend where this machine has it.
  it.each(['wasm', 'auto'])(
    'walks the six stages on %s, reports each and every epoch, and completes',
    async (backend) => {
      const { folder, plane, start } = await workplace(SPEC);
      const trainer = start(1, { TRAINYARD_BACKEND: backend });
      await ended(trainer, 0);
      expect(stagesOf(plane)).toEqual(STAGES);
      expect(epochsOf(plane)).toEqual(upTo(4));
      expect(plane.received.every(({ isValid, attemptHeader }) => isValid && attemptHeader === '1')).toBe(
        true,
      );
      const [completed] = plane.taken('completed');
      expect(plane.received.at(-1)).toBe(completed);
      expect(completed!.body['result']).toMatchObject({
        epochsTrained: 4,
        backend: expect.stringMatching(backend === 'auto' ? /^(tensorflow|wasm)$/ : /^wasm$/) as string,
        metrics: { test_recall_at_10: expect.any(Number) as number, val_loss: expect.any(Number) as number },
        baselines: { popularity: { test_recall_at_10: expect.any(Number) as number } },
      });
      const { artifacts } = completed!.body['result'] as { artifacts: Record<string, string> };
      const metadata = JSON.parse(await readFile(fileURLToPath(artifacts['metadata']!), 'utf8')) as Record<
        string,
        unknown
      >;
      expect(metadata).toMatchObject({
        model_version: 'tiny#1',
        run: { run_id: RUN_ID, environment: { node: process.version } },
      });
      const said = trainer.output() + (await readFile(join(folder, 'run/model/model_metadata.json'), 'utf8'));
      expect(said).not.toContain(secretOf(1).replace('whsec_', ''));
    },
  );

  it('stops within the epoch when the control plane says so, saves, and exits 143', async () => {
    const { plane, start } = await workplace(manyEpochs(5000));
    plane.behave = () => (epochsOf(plane).length >= 2 ? 'stop' : 'continue');
    const trainer = start(1);
    await ended(trainer, 143);
    expect(finals(plane)).toHaveLength(1);
    expect(finals(plane)[0]!.body).toMatchObject({
      reason: 'stopped',
      uri: expect.stringMatching(/^file:.*\/checkpoints\/e\d+-s\d+-a0001$/) as string,
    });
    expect(plane.received.at(-1)).toBe(finals(plane)[0]);
  });

  it('saves on SIGTERM, and the next attempt goes on from there with no epoch missing', async () => {
    const { plane, start } = await workplace(manyEpochs(150));
    const first = start(1);
    await epochTaken(plane, 3);
    first.child.kill('SIGTERM');
    await ended(first, 143);
    const [final] = finals(plane);
    expect(final!.body).toMatchObject({ reason: 'preempted' });
    expect(final!.body['epoch']).toBeGreaterThanOrEqual(3);

    const second = start(2);
    await ended(second, 0);
    expect(second.output()).toContain(`resuming after epoch ${String(final!.body['epoch'])}`);
    expect(epochsOf(plane)).toEqual(upTo(150));
    const prepared = plane.taken('stage-complete').filter(({ body }) => body.attempt === 2);
    expect(prepared.slice(0, 3).map(({ body }) => body['cacheHit'])).toEqual([true, true, true]);
    expect(plane.received.every(({ isValid }) => isValid)).toBe(true);
  });

  it('survives kill -9: the next attempt says what was left unsaid and completes', async () => {
    const { plane, start } = await workplace(manyEpochs(150));
    const first = start(1);
    await epochTaken(plane, 2);
    // From here on the control plane is away: what is trained meanwhile waits on disk.
    plane.behave = () => 'drop';
    const heard = epochsOf(plane).length;
    await until('two epochs that nobody heard of', () => first.output().includes(`epoch ${heard + 2} done`));
    first.child.kill('SIGKILL');
    expect(await first.exit).toBe('SIGKILL');

    plane.behave = () => 'continue';
    const before = plane.received.length;
    const second = start(2);
    await ended(second, 0);
    const retold = plane.received.slice(before);
    expect(retold[0]!.body).toMatchObject({ attempt: 2, seq: 1 });
    expect(retold.find(({ kind }) => kind === 'epoch-complete')!.body['epoch']).toBe(heard + 1);
    expect(second.output()).toMatch(/callbacks of earlier processes are sent first/);
    expect(second.output()).toMatch(/resuming after epoch/);
    expect(epochsOf(plane)).toEqual(upTo(150));
    expect(plane.taken('completed')).toHaveLength(1);
  });

  it('hands over before the deadline of its attempt', async () => {
    const { plane, start } = await workplace(manyEpochs(5000));
    const trainer = start(1, { DEADLINE: new Date(Date.now() + 3000).toISOString() });
    await ended(trainer, 75);
    expect(finals(plane)[0]!.body).toMatchObject({ reason: 'timeLimit' });
  });

  it.each([
    ['an unknown key', { ...SPEC, learningRate: 1 }, 'invalid-spec', /unknown key "learningRate"/],
    [
      'a column that is not there',
      {
        ...SPEC,
        features: { ...SPEC.features, candidate: [{ column: 'sku', transform: 'lookup', id: true }] },
      },
      /^[a-z-]+$/,
      /sku/,
    ],
  ])('fails for good with %s, naming it', async (_name, spec, code, message) => {
    const { plane, start } = await workplace(spec);
    const trainer = start(1);
    await ended(trainer, 2);
    const [failed] = plane.taken('failed');
    expect(failed!.body).toMatchObject({
      retriable: false,
      error: {
        code: expect.stringMatching(code) as string,
        message: expect.stringMatching(message) as string,
        remedy: expect.any(String) as string,
      },
    });
  });

  it('refuses an environment that is not complete', async () => {
    const trainer = startTrainer([], { RUN_ID });
    expect(await trainer.exit).toBe(2);
    expect(trainer.output()).toMatch(/SPEC_URI/);
  });
});

describe('the trainer on the command line', () => {
  it('trains without a control plane and shows what it does', async () => {
    const { folder } = await workplace(SPEC);
    const flags = ['--spec', join(folder, 'spec.json'), '--output', join(folder, 'out'), '--backend', 'wasm'];
    const trainer = startTrainer([...flags, '--data', join(folder, 'purchases.jsonl')], {});
    await ended(trainer, 0);
    for (const stage of STAGES) expect(trainer.output()).toMatch(new RegExp(`^${stage} `, 'm'));
    expect(trainer.output()).toMatch(/^epoch 4 .*val_loss/m);
    expect(trainer.output()).toMatch(/test_recall_at_10 .*model .*popularity/);
  });

  it('explains itself', async () => {
    const help = startTrainer(['--help'], {});
    expect(await help.exit).toBe(0);
    expect(help.output()).toContain('Usage:');
    const wrong = startTrainer(['--spek', 'x'], {});
    expect(await wrong.exit).toBe(2);
    expect(wrong.output()).toMatch(/--spek/);
  });
});
