import { describe, expect, it } from 'vitest';
import { runSchema } from '@trainyard/shared';
import { endedRun } from '../../test/support/endedRun.js';
import { viewOf } from '../runs/repository.js';
import { proxiedFolder } from './artifacts.js';
import { isWanted, outcomePoints, parametersOf, tagsOf } from './content.js';
import { mlflowSettingsOf, readMlflow } from './settings.js';

const run = (parts: Parameters<typeof endedRun>[1] = {}) => viewOf(endedRun('completed', parts));

describe('parameters', () => {
  it('are the whole specification by dotted keys, or what the patterns name', () => {
    const { params } = parametersOf(run(), ['*']);
    const keys = params.map(({ key }) => key);
    expect(keys).toContain('features.query.0.column');
    expect(new Set(keys).size).toBe(keys.length);
    const some = parametersOf(run(), ['model.*', 'training.optimizer.*', 'training.epochs']).params;
    expect(some.length).toBeLessThan(params.length);
    for (const { key } of some) expect(key).toMatch(/^(model\.|training\.optimizer\.|training\.epochs$)/);
  });

  it.each([
    ['model.type', ['model.*'], true],
    ['model', ['model.*'], false],
    ['training.batchSize', ['*.batchSize'], true],
    ['trainingXbatchSize', ['training.batchSize'], false],
    ['a', ['*'], true],
  ])('%s with %s', (key, patterns, wanted) => {
    expect(isWanted(key, patterns)).toBe(wanted);
  });

  it('that are longer than MLflow takes are cut, and named', () => {
    const spec = { ...run().spec, tags: { long: 'ü'.repeat(5000) } };
    const { params, cut } = parametersOf(run({ spec }), ['tags.*']);
    expect(cut).toEqual(['tags.long']);
    expect(Buffer.byteLength(params[0]?.value ?? '')).toBeLessThanOrEqual(6000);
  });
});

describe('tags', () => {
  it('of a user never mean something to MLflow or to us', () => {
    const spec = {
      ...run().spec,
      tags: { 'mlflow.parentRunId': 'x', 'trainyard.runId': 'y', team: 'search', dataset_version: '9' },
    };
    const tags = Object.fromEntries(
      tagsOf(run({ spec }), null, 'https://t.example/{runId}').map(({ key, value }) => [key, value]),
    );
    expect(tags).toMatchObject({
      'tag.mlflow.parentRunId': 'x',
      'tag.trainyard.runId': 'y',
      team: 'search',
      dataset_version: '9',
    });
    expect(tags['mlflow.parentRunId']).toBeUndefined();
    expect(tags['trainyard.runId']).toBe(run().runId);
    expect(tags['mlflow.note.content']).toContain('[demo#7](https://t.example/abcdefghijklmnopqrst)');
  });

  it('say what the run was trained on and by', () => {
    const environment = {
      code: { gitCommit: '4f0c1d2', isDirty: false, lockfileDigest: null, image: null },
      machine: {
        system: 'Linux',
        architecture: 'x64',
        cpuModel: 'EPYC',
        cpuCount: 8,
        memoryMb: 32_768,
        gpus: [{ model: 'NVIDIA L4', memoryMb: 23_034 }],
        driver: null,
      },
      backend: null,
      versions: { trainyard: '0.1.0', tensorflow: '4.22.0' },
      seeds: {},
      variables: {},
    };
    const parsed = runSchema.parse(endedRun('completed', { environment }));
    const tags = Object.fromEntries(
      tagsOf(viewOf(parsed), null, undefined).map(({ key, value }) => [key, value]),
    );
    expect(tags).toMatchObject({
      'mlflow.source.git.commit': '4f0c1d2',
      framework_version: 'trainyard 0.1.0, tensorflow 4.22.0',
      hardware: '8 × EPYC, 32768 MB, NVIDIA L4',
      model_type: 'retrieval',
    });
  });
});

describe('the points of a result', () => {
  it('have a name of their own where epochs have the metric too', () => {
    const keys = outcomePoints(run(), new Set(['val_loss'])).map(({ key }) => key);
    expect(keys).toContain('best/val_loss');
    expect(keys).not.toContain('val_loss');
    expect(keys).toContain('test_recall_at_5');
  });
});

describe('the place of artifacts', () => {
  it.each([
    ['mlflow-artifacts:/1/ab/artifacts', '1/ab/artifacts'],
    ['mlflow-artifacts://mlflow.example:5000/1/ab/artifacts', '1/ab/artifacts'],
    ['mlflow-artifacts://elsewhere.example/1/ab/artifacts', undefined],
    ['mlflow-artifacts:/1/../../x', undefined],
    ['s3://bucket/1/ab', undefined],
    ['/mlruns/1/ab/artifacts', undefined],
  ])('%s', (uri, folder) => {
    expect(proxiedFolder('http://mlflow.example:5000', uri)).toBe(folder);
  });
});

describe('the settings', () => {
  const uri = 'https://mlflow.example/base/';

  it('are none without an address, and the whole of it with one', () => {
    expect(readMlflow({})).toBeNull();
    expect(mlflowSettingsOf({ uri })).toEqual({
      uri: 'https://mlflow.example/base',
      experiment: '{model}/{experiment}',
      parameters: ['*'],
      credentials: null,
    });
    expect(mlflowSettingsOf({ uri, TRAINYARD_MLFLOW_PARAMETERS: 'model.*, training.*' }).parameters).toEqual([
      'model.*',
      'training.*',
    ]);
  });

  it.each([
    [{ uri: 'sqlite:///mlflow.db' }, /TRAINYARD_MLFLOW_URI: must be the http or https URL/],
    [{ uri: 'https://ana:hunter2@mlflow.example' }, /must have no user name/],
    [{ uri, TRAINYARD_MLFLOW_TOKEN: 't', TRAINYARD_MLFLOW_USERNAME: 'u' }, /are both set/],
    [{ uri, TRAINYARD_MLFLOW_USERNAME: 'u' }, /PASSWORD is missing/],
    [{ uri, TRAINYARD_MLFLOW_TOKEN: 'two\nlines' }, /must be one line/],
    [{ uri, TRAINYARD_MLFLOW_PARAMETERS: 'a;b' }, /TRAINYARD_MLFLOW_PARAMETERS: must be a dotted key/],
  ])('%j is refused, without a secret in the words', (variables, words) => {
    expect(() => mlflowSettingsOf(variables)).toThrow(words);
    expect(() => mlflowSettingsOf(variables)).not.toThrow(/hunter2|two/);
  });
});
