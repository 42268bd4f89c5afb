import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingSpec } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { progressLine } from '../report/consoleReporter.js';
import { commandHelp } from '@trainyard/shared/commandLine/help';
import { commandFromFlags, TRAINER } from './commandLine.js';
import { readSpec } from './readSpec.js';

/** The specification that a command line means. */
async function specOf(args: string[]): Promise<TrainingSpec> {
  const asked = commandFromFlags(args);
  if (asked.command !== 'train') throw new Error(asked.command);
  return readSpec(asked.settings.specFile, asked.settings);
}

const records = ['--tfrecords-path', 'gs://b/*.tfrecord.gz', '--query-id', 'user', '--candidate-id', 'item'];

describe('flags', () => {
  it('refuse what is no place in a bucket, and a specification there', () => {
    expect(() => commandFromFlags([...records, '--output-path', 'gs://b'])).toThrow(/gs:\/\/BUCKET\/PATH/);
    expect(() => commandFromFlags(['--spec', 'gs://b/spec.json', '--output', 'out'])).toThrow(
      expect.objectContaining({ code: 'invalid-settings', retriable: false }),
    );
  });

  it('name the version that serves as a folder of this machine or of a bucket', () => {
    const production = (place: string) => {
      const asked = commandFromFlags([...records, '--output', 'out', '--production', place]);
      return asked.command === 'train' ? asked.settings.production : undefined;
    };
    expect(production('/old/model')).toEqual({
      version: null,
      uri: 'file:///old/model',
      file: '/old/model',
    });
    expect(production('gs://shop/runs/r/model/a0001')).toEqual({
      version: null,
      uri: 'gs://shop/runs/r/model/a0001',
      bucketPath: { bucket: 'shop', path: 'runs/r/model/a0001' },
    });
    expect(() => production('gs://b')).toThrow(/--production is "gs:\/\/b"; it is the model folder of a run/);
  });

  it('make a specification over records, with the recipe of their defaults', async () => {
    const spec = await specOf([...records, '--output-path', 'out']);
    expect(spec.dataset.source).toEqual({ uri: 'gs://b/*.tfrecord.gz', format: 'tfrecord' });
    expect(spec.features.query).toMatchObject([{ column: 'user', transform: 'lookup', id: true }]);
    expect(spec.training).toMatchObject({
      epochs: 150,
      batchSize: 4096,
      optimizer: { type: 'adam', learningRate: 0.001 },
      lrScaling: 'sqrt',
      warmupSteps: 1000,
    });
  });

  it('join a table of the items, whose columns become features', async () => {
    const table = ['--metadata-path', 'items.csv', '--metadata-columns', 'brand,category'];
    const spec = await specOf([...records, '--output', 'out', ...table, '--learning-rate', '0.01']);
    expect(spec.dataset.joins).toMatchObject([
      { table: 'metadata', on: { item: 'item' }, columns: { brand: 'brand', category: 'category' } },
    ]);
    expect(spec.features.candidate).toMatchObject([
      { column: 'item', id: true },
      { column: 'brand', id: false },
      { column: 'category', transform: 'lookup' },
    ]);
    expect(spec.training.optimizer).toMatchObject({ type: 'adam', learningRate: 0.01 });
  });

  it('name the file of the vocabularies, whether a specification or records are trained on', async () => {
    const flag = ['--vocabularies-path', 'gs://shop/vocabularies.json'];
    const of = async (args: string[]) => (await specOf(args)).dataset;
    expect((await of([...records, '--output', 'out', ...flag])).vocabularies).toBe(flag[1]);
    const file = join(await temporaryFolder(), 'spec.json');
    const id = (column: string) => [{ column, transform: 'lookup', id: true }];
    const features = { query: id('user'), candidate: id('item') };
    const dataset = { source: { uri: 'a.csv' }, vocabularies: 'before.json' };
    await writeFile(file, JSON.stringify({ dataset, features }));
    expect(await of(['--spec', file, '--output', 'out', ...flag])).toMatchObject({
      source: { uri: 'a.csv' },
      vocabularies: flag[1],
    });
    await expect(of([...records, '--output', 'out', '--vocabularies-path', 's3://b/v.json'])).rejects.toThrow(
      /dataset\/vocabularies: must be a path, or a file:\/\/ or gs:\/\/ URL/,
    );
    await expect(of([...records, '--output', 'out', '--vocabularies-path', 'gs://b/'])).rejects.toThrow(
      /names no object of a bucket/,
    );
  });

  it('replace parts of a specification, and another optimizer all of the one before', async () => {
    const file = join(await temporaryFolder(), 'spec.json');
    const features = {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    };
    const training = { epochs: 7, batchSize: 64, optimizer: { type: 'adagrad', initialAccumulator: 0.5 } };
    const content = { dataset: { source: { uri: 'a.csv' } }, features, training };
    await writeFile(file, JSON.stringify(content));
    const of = (...args: string[]) => specOf(['--spec', file, '--output', 'out', ...args]);
    expect((await of()).training).toMatchObject(training);
    expect((await of('--epochs', '3', '--learning-rate', '0.3', '--patience', '9')).training).toMatchObject({
      epochs: 3,
      batchSize: 64,
      optimizer: { type: 'adagrad', learningRate: 0.3, initialAccumulator: 0.5 },
      earlyStopping: { monitor: 'val_loss', patience: 9 },
    });
    expect((await of('--optimizer', 'sgd')).training.optimizer).toMatchObject({
      type: 'sgd',
      learningRate: 0.01,
    });
    await expect(of('--lr-scaling', 'cubic')).rejects.toThrow(/training\/lrScaling/);
  });

  it.each([
    [['--output', 'out'], 'either --spec FILE or --tfrecords-path GLOB'],
    [['--spec', 'a', '--tfrecords-path', 'b', '--output', 'out'], 'either --spec FILE or'],
    [['--tfrecords-path', 'b', '--output', 'out'], 'needs --query-id COLUMN and --candidate-id COLUMN'],
    [['--spec', 'a', '--output', 'out', '--query-id', 'u'], '--query-id goes with --tfrecords-path'],
    [[...records, '--output', 'out', '--metadata-path', 'm'], 'belong together'],
    [[...records, '--output', 'out', '--epochs', 'many'], '--epochs is "many"; it is a number'],
    [[...records, '--output', 'out', '--epoch', '3'], "Unknown option '--epoch'; did you mean --epochs?"],
    [[...records, '--output', 'out', '--backend', 'gpu'], '--backend is "gpu"; allowed are auto, tensorflow'],
    [
      [...records, '--output', 'out', '--force-recompute', 'ingest,train'],
      '--force-recompute is "ingest,train"; allowed are ingest, validate, transform',
    ],
    [['--clear-cache', 'c', '--unused-days', '-1'], '--unused-days lacks its value'],
    [['--clear-cache', 'c', '--unused-days=-1'], '--unused-days is "-1"; it is a number of days, 0 or more'],
  ])('%j: refused with what to do', (args, message) => {
    expect(() => commandFromFlags(args)).toThrow(
      expect.objectContaining({ code: 'invalid-settings', retriable: false }),
    );
    expect(() => commandFromFlags(args)).toThrow(message);
  });

  it('are all in the help', () => {
    const help = commandHelp(TRAINER).join('\n');
    for (const flag of [
      'tfrecords-path',
      'lr-scaling',
      'warmup-steps',
      'print-spec',
      'find-batch-size',
      'profile',
    ]) {
      expect(help).toContain(`--${flag}`);
    }
    expect(commandFromFlags([...records, '--print-spec'])).toMatchObject({ command: 'printSpec' });
  });
});

it('progress tells the step, the loss, the speed and how long the epoch will take yet', () => {
  const progress = { fraction: 0.5, step: 50, totalSteps: 100, examplesPerSecond: 12_345.6, loss: 3.25 };
  expect(progressLine(progress, 30, 0)).toBe(
    `[${'#'.repeat(15)}${'.'.repeat(15)}] 50 %  step 50/100  loss 3.2500  12,346 examples/s  30 s left`,
  );
  expect(progressLine({ ...progress, fraction: 0.75 }, 600, 0.5)).toContain('10 min left');
});
