/**
 * The output folder of a training as version 0.1 left it: model, checkpoints and stage cache of four epochs. What its code made
 * of the folder then is recorded beside it: `answers.json` of the model, and `epochs.json` of two epochs more.
 */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openModelDirectory } from '@trainyard/recommender/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ended, startTrainer } from '../support/hosts/trainerProcess.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const RECORDED = fileURLToPath(new URL('v0.1/trainer/', import.meta.url));

const answersSchema = z.array(
  z.strictObject({
    query: z.record(z.string(), z.string().nullable()),
    recommendations: z.array(z.strictObject({ item: z.string(), score: z.number() })),
  }),
);
const epochsSchema = z.array(
  z.object({ epoch: z.int(), metrics: z.record(z.string(), z.number()), seconds: z.number().optional() }),
);

async function json<T>(schema: z.ZodType<T>, path: string): Promise<T> {
  return schema.parse(JSON.parse(await readFile(path, 'utf8')));
}

const closeTo = (metrics: Record<string, number>, digits: number) =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, expect.closeTo(value, digits) as number]),
  );

/** Trains on in a copy of the folder; the data and the specification lie elsewhere than when it was made. */
async function trainedOn(epochs: number) {
  const folder = await temporaryFolder();
  await cp(RECORDED, folder, { recursive: true });
  const given = ['--spec', join(folder, 'spec.json'), '--data', join(folder, 'purchases.jsonl')];
  const flags = ['--output-path', join(folder, 'run'), '--epochs', String(epochs), '--backend', 'wasm'];
  const trainer = startTrainer([...given, ...flags], {});
  onTestFinished(() => void trainer.child.kill('SIGKILL'));
  await ended(trainer, 0);
  return { folder, output: trainer.output() };
}

describe('a model of version 0.1', () => {
  it('opens and recommends what it did', async () => {
    const model = await openModelDirectory(join(RECORDED, 'run/model'));
    const answers = await json(answersSchema, join(RECORDED, 'answers.json'));
    expect(answers).toHaveLength(3);
    for (const { query, recommendations } of answers) {
      expect(model.recommend(query, { k: 5 })).toEqual(
        recommendations.map(({ item, score }) => ({ item, score: expect.closeTo(score, 5) as number })),
      );
    }
  });
});

describe('a training of version 0.1', () => {
  it('has its data read anew, by the rules of today, and goes on from its checkpoint as it would have then', async () => {
    const { folder, output } = await trainedOn(6);
    for (const stage of ['ingest', 'validate', 'transform'])
      expect(output).toMatch(new RegExp(`^${stage} +\\d`, 'm'));
    expect(output).toContain('resuming after epoch 4, step 0');
    const newest = join(folder, 'run/checkpoints/e0006-s00000000-a0001/checkpoint.json');
    const { state } = await json(z.object({ state: z.object({ history: epochsSchema }) }), newest);
    const recorded = await json(epochsSchema, join(RECORDED, 'epochs.json'));
    // Epochs have more metrics by now; those that they had are as they were.
    expect(state.history.map(({ epoch, metrics }) => ({ epoch, metrics }))).toMatchObject(
      recorded.map(({ epoch, metrics }) => ({ epoch, metrics: closeTo(metrics, 4) })),
    );
  });

  it('exports its model again where its epochs are done', async () => {
    const { folder, output } = await trainedOn(4);
    expect(output).toMatch(/^completed on wasm; best epoch 4$/m);
    const again = await openModelDirectory(join(folder, 'run/model'));
    const before = await openModelDirectory(join(RECORDED, 'run/model'));
    // The row of unknown users was as it had started.
    expect(again.recommend({ user: 'nobody' })).not.toEqual(before.recommend({ user: 'nobody' }));
    const query = { user: 'u1', country: 'FR' };
    expect(again.recommend(query)).toEqual(
      before.recommend(query).map(({ item, score }) => ({ item, score: expect.closeTo(score, 5) as number })),
    );
  });
});
