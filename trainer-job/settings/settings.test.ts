import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultsFromEnvironment, settingsFromEnvironment } from './settings.js';
import { oneDnnTensorflow } from './tensorflow.js';

const environment = {
  RUN_ID: 'abcdefghij234567abcd',
  ATTEMPT: '2',
  SPEC_URI: 'file:///data/specs/one%20spec.json',
  ARTIFACT_URI: 'file:///data/runs/r',
  CALLBACK_URL: 'http://127.0.0.1:8080/api/training-runs/r/webhook/',
  RUN_SECRET: `whsec_${Buffer.from('secret').toString('base64')}`,
  DEADLINE: '2026-11-20T19:18:25.000Z',
};

describe('the settings of a job', () => {
  it('are read from the environment', () => {
    expect(settingsFromEnvironment(environment)).toMatchObject({
      runId: 'abcdefghij234567abcd',
      modelVersion: 'abcdefghij234567abcd',
      attempt: 2,
      specFile: '/data/specs/one spec.json',
      artifactDirectory: '/data/runs/r',
      resumeDirectory: null,
      cacheDirectory: '/data/runs/r/cache',
      callbacks: { url: 'http://127.0.0.1:8080/api/training-runs/r/webhook' },
      deadline: new Date('2026-11-20T19:18:25.000Z'),
      marginSeconds: 60,
      backend: 'auto',
      workers: 1,
      gitCommit: null,
    });
  });

  it('name places in a bucket, and then folders of scratch on this machine', () => {
    const inBucket = {
      ...environment,
      SPEC_URI: 'gs://shop-trainyard/specs/abc.json',
      ARTIFACT_URI: 'gs://shop-trainyard/runs/r',
      CACHE_URI: 'gs://shop-trainyard/cache',
      RESUME_URI: 'gs://shop-trainyard/runs/q/checkpoints',
      TRAINYARD_SCRATCH: '/scratch',
    };
    const bucket = 'shop-trainyard';
    expect(settingsFromEnvironment(inBucket)).toMatchObject({
      specFile: '/scratch/runs/abcdefghij234567abcd/spec.json',
      artifactDirectory: '/scratch/runs/abcdefghij234567abcd',
      cacheDirectory: '/scratch/cache',
      resumeDirectory: null,
      remote: {
        spec: { bucket, path: 'specs/abc.json' },
        artifacts: { bucket, path: 'runs/r' },
        cache: { bucket, path: 'cache' },
        resume: { bucket, path: 'runs/q/checkpoints' },
      },
    });
    expect(() => settingsFromEnvironment({ ...inBucket, RESUME_URI: 'file:///q/checkpoints' })).toThrow(
      /RESUME_URI: and ARTIFACT_URI must both/,
    );
    expect(() => settingsFromEnvironment({ ...environment, CACHE_URI: 'gs://shop-trainyard/cache' })).toThrow(
      /CACHE_URI: is gs:\/\/ and ARTIFACT_URI is file:/,
    );
    for (const wrong of ['gs://', 'gs://bucket', 'gs://bucket/', 'gs://Bucket/x', 'gs://bucket//x']) {
      expect(() => settingsFromEnvironment({ ...inBucket, ARTIFACT_URI: wrong })).toThrow(
        /ARTIFACT_URI: got/,
      );
    }
  });

  it('name the version that serves, where there is one', () => {
    expect(settingsFromEnvironment(environment).production).toBeNull();
    const given = { ...environment, PRODUCTION_URI: 'gs://shop/runs/x/model', PRODUCTION_VERSION: '7' };
    expect(settingsFromEnvironment({ ...given, REQUESTED_BY: 'ada@example.com' })).toMatchObject({
      production: {
        version: 7,
        uri: 'gs://shop/runs/x/model',
        bucketPath: { bucket: 'shop', path: 'runs/x/model' },
      },
      author: 'ada@example.com',
    });
    expect(() => settingsFromEnvironment({ ...given, PRODUCTION_VERSION: 'x' })).toThrow(
      /PRODUCTION_VERSION/,
    );
  });

  it('take a number of workers or as many as there are cores', () => {
    const workers = (TRAINYARD_WORKERS: string) =>
      settingsFromEnvironment({ ...environment, TRAINYARD_WORKERS }).workers;
    expect(['', '4', 'auto'].map(workers)).toEqual([1, 4, 'auto']);
    expect(() => workers('0')).toThrow(/TRAINYARD_WORKERS: is "0"; allowed: auto, or a number from 1 to 64/);
  });

  it('of the command line take what the environment says, and name a value that is not allowed', () => {
    expect(
      defaultsFromEnvironment({ TRAINYARD_BACKEND: 'cpu', TRAINYARD_WORKERS: '', GIT_COMMIT: 'abc' }),
    ).toMatchObject({
      backend: 'cpu',
      workers: 1,
      gitCommit: 'abc',
    });
    expect(() => defaultsFromEnvironment({ TRAINYARD_BACKEND: 'gpu' })).toThrow(
      /TRAINYARD_BACKEND: is "gpu"; allowed: auto, tensorflow, wasm, cpu/,
    );
  });

  it('take an empty variable for one that is not set', () => {
    expect(settingsFromEnvironment({ ...environment, CALLBACK_URL: '', DEADLINE: '' })).toMatchObject({
      callbacks: null,
      deadline: null,
    });
  });

  it('name every mistake at once', () => {
    const wrong = { ...environment, RUN_ID: 'x', SPEC_URI: 's3://b/spec.json', TRAINYARD_BACKEND: 'gpu' };
    expect(() => settingsFromEnvironment(wrong)).toThrow(
      /RUN_ID: must be a run id[^]*s3:\/\/b\/spec.json"; give file:\/\/\/folder\/name or gs:\/\/bucket\/folder\/name[^]*TRAINYARD_BACKEND/,
    );
    expect(() => settingsFromEnvironment({})).toThrow(
      expect.objectContaining({ code: 'invalid-settings', retriable: false }),
    );
  });

  it('need the secret with a callback URL, and never show it', () => {
    expect(() => settingsFromEnvironment({ ...environment, RUN_SECRET: '' })).toThrow(
      /RUN_SECRET: is needed/,
    );
    const wrong = { ...environment, RUN_SECRET: 'hunter2 is not base64' };
    expect(() => settingsFromEnvironment(wrong)).toThrow(/its value is not shown/);
    expect(() => settingsFromEnvironment(wrong)).not.toThrow(/hunter2/);
  });
});

describe('how TensorFlow multiplies', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    { cores: 2, threads: undefined, asked: undefined, oneDnn: '1' },
    { cores: 1, threads: undefined, asked: undefined, oneDnn: '0' },
    { cores: 8, threads: '1', asked: undefined, oneDnn: '0' },
    { cores: 1, threads: '2', asked: undefined, oneDnn: '1' },
    { cores: 8, threads: '0', asked: undefined, oneDnn: '1' },
    { cores: 2, threads: undefined, asked: '0', oneDnn: '0' },
  ])(
    'is with oneDNN where operations have several threads, unless somebody says otherwise: %o',
    ({ cores, threads, asked, oneDnn }) => {
      vi.stubEnv('TF_NUM_INTRAOP_THREADS', threads);
      vi.stubEnv('TF_ENABLE_ONEDNN_OPTS', asked);
      oneDnnTensorflow(cores);
      expect(process.env['TF_ENABLE_ONEDNN_OPTS']).toBe(oneDnn);
    },
  );
});
