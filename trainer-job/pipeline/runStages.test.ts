import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stageNameSchema, trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { offline, userItemSpec } from '../../test/support/data/prepared.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { StageCache } from '../cache/stageCache.js';
import { StopSignal } from '../stopSignal.js';
import type { Attempt } from './attempt.js';
import { dataStages } from './dataStages.js';
import { modelStages, type ModelContext } from './modelStages.js';
import { runStages, Stopped, unlessStopped } from './runStages.js';
import { Outputs, type Stage } from './stage.js';

type Register = Stage<'register', string>;

const registered = (artifacts: Record<string, string>) => ({
  artifacts,
  verdict: { decision: 'unsure' as const, sentence: 'Nobody asked.', reasons: [] },
  performance: null,
  figures: [],
});

/** A stage that keeps what `produce` makes under `key`, in parts of these names. */
function kept(key: string, parts: readonly string[], produced: string[] = []): Register {
  return {
    name: 'register',
    key: async () => key,
    async run(work) {
      const output: Record<string, string> = {};
      for (const part of parts) {
        const { outcome } = await work.keep({
          key: { of: work.key, part },
          outcome: z.string(),
          async produce(folder) {
            produced.push(part);
            await writeFile(join(folder, 'made'), part);
            return `made of ${part}`;
          },
        });
        output[part] = outcome;
      }
      return { output: registered(output), counts: { parts: parts.length } };
    },
  };
}

/** A stage of which nothing is kept. */
const made = (work: () => Promise<void> = async () => {}): Register => ({
  name: 'register',
  key: null,
  async run() {
    await work();
    return { output: registered({}), counts: {} };
  },
});

async function loop() {
  const told: unknown[] = [];
  const stop = new StopSignal();
  const cache = new StageCache(await temporaryFolder());
  const outputs = new Outputs();
  const run = (...stages: Stage[]) =>
    runStages(stages, outputs, {
      cache,
      stop,
      onStart: (stage) => told.push(`${stage} begins`),
      onCompleted: (report) => told.push(report),
    });
  return { told, stop, outputs, run };
}

const report = (parts: object) => ({
  stage: 'register',
  seconds: expect.any(Number) as number,
  cacheHit: false,
  counts: {},
  detail: '',
  warnings: [],
  ...parts,
});

describe('the loop of the stages', () => {
  it('tells that a stage begins and that it is done, and hands on what it made', async () => {
    const { told, outputs, run } = await loop();
    await run({
      ...made(),
      run: async () => ({ output: registered({ a: 'b' }), counts: { n: 1 }, detail: 'well' }),
    });
    expect(told).toEqual(['register begins', report({ counts: { n: 1 }, detail: 'well' })]);
    expect(outputs.of('register')).toEqual(registered({ a: 'b' }));
    expect(outputs.seconds).toEqual({ register: expect.any(Number) as number });
  });

  it('calls a stage reused only where all that it keeps was there', async () => {
    const produced: string[] = [];
    const { told, outputs, run } = await loop();
    await run(
      kept('k', ['a', 'b'], produced),
      kept('k', ['a', 'b'], produced),
      kept('k', ['a', 'c'], produced),
    );
    expect(produced).toEqual(['a', 'b', 'c']);
    expect(told.filter((line) => typeof line === 'object')).toEqual([
      report({ cacheHit: false, counts: { parts: 2 } }),
      report({ cacheHit: true, counts: { parts: 2 } }),
      report({ cacheHit: false, counts: { parts: 2 } }),
    ]);
    expect(outputs.of('register')).toEqual(registered({ a: 'made of a', c: 'made of c' }));
  });

  it('counts the time in which a key is found', async () => {
    const { outputs, run } = await loop();
    const slow = async () => {
      const end = performance.now() + 50;
      while (performance.now() < end) await new Promise(setImmediate);
      return 'k';
    };
    await run({ ...kept('k', []), key: slow });
    expect(outputs.seconds.register).toBeGreaterThanOrEqual(0.05);
  });

  it('lets a stage refuse its output after it has said that it is done', async () => {
    const { told, run } = await loop();
    const refuse = () => {
      throw new Error('no use');
    };
    await expect(
      run(
        { ...made(), run: async () => ({ output: registered({}), counts: {}, afterwards: refuse }) },
        made(),
      ),
    ).rejects.toThrow('no use');
    expect(told).toEqual(['register begins', report({})]);
  });

  it('says nothing of a stage that fails, and begins none after it', async () => {
    const { told, run } = await loop();
    const failing = made(async () => Promise.reject(new Error('broken')));
    await expect(run(failing, made())).rejects.toThrow('broken');
    expect(told).toEqual(['register begins']);
  });

  it('refuses to hand on what no stage has made', () => {
    expect(() => new Outputs().of('train')).toThrow('train has made nothing yet');
  });
});

describe('a stop request', () => {
  it('ends the loop between two stages', async () => {
    const { told, stop, run } = await loop();
    const stopping = made(async () => stop.request('stopped'));
    await expect(run(stopping, made())).rejects.toThrow(Stopped);
    expect(told).toEqual(['register begins', report({})]);
  });

  it('leaves a stage with a key at once', async () => {
    const { told, stop, run } = await loop();
    const endless = kept('k', []);
    const running = run({ ...endless, run: () => new Promise(() => stop.request('preempted')) });
    await expect(running).rejects.toThrow(Stopped);
    expect(told).toEqual(['register begins']);
  });

  it('waits for what must be done before the end', async () => {
    const stop = new StopSignal();
    let isDone = false;
    stop.beforeEnd(async () => {
      await new Promise(setImmediate);
      isDone = true;
    });
    const left = unlessStopped(stop, new Promise(() => {}));
    stop.request('stopped');
    await expect(left).rejects.toThrow(Stopped);
    expect(isDone).toBe(true);
  });

  it('is stopped, and not failed, where the stop itself makes the work fail', async () => {
    const stop = new StopSignal();
    const { promise: query, reject: interrupt } = promiseWithReject();
    const left = unlessStopped(stop, query);
    stop.beforeEnd(async () => interrupt(new Error('INTERRUPT Error: Interrupted!')));
    stop.request('preempted');
    await expect(left).rejects.toThrow(Stopped);
    await expect(unlessStopped(new StopSignal(), query)).rejects.toThrow('INTERRUPT');
  });
});

function promiseWithReject() {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, fail) => (reject = fail));
  return { promise, reject };
}

it('the stages of an attempt are the six of the contract, in their order', async () => {
  const spec = trainingSpecSchema.parse(userItemSpec('rows.csv'));
  const folder = await temporaryFolder();
  const settings = { artifactDirectory: folder } as Attempt['settings'];
  const data = dataStages({
    spec,
    baseDirectory: folder,
    cacheRoot: folder,
    reportFolder: folder,
    now: () => new Date(),
    runId: 'run',
    cloud: offline,
    signal: new AbortController().signal,
    beforeEnd: () => () => {},
    log: () => {},
  });
  const model = modelStages({ spec, attempt: { settings } as Attempt } as ModelContext);
  expect([...data, ...model].map(({ name }) => name)).toEqual(stageNameSchema.options);
  expect(data.every(({ key }) => key !== null) && model.every(({ key }) => key === null)).toBe(true);
});
