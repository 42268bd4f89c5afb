import { describe, expect, it } from 'vitest';
import { configFromEnvironment, configSchema, NEED_MASTER_SECRET } from './config.js';

const SECRET = 'a-secret-of-more-than-thirty-two-characters';
const L4 = { region: 'europe-west1', cpu: 4, memoryGb: 16, accelerator: { type: 'nvidia-l4' } };
const GOOD = {
  GOOGLE_CLOUD_PROJECT: 'shop-prod',
  TRAINYARD_PUBLIC_URL: 'https://trainyard.example/base/',
  TRAINYARD_MASTER_SECRET: SECRET,
  TRAINYARD_TIERS: JSON.stringify([
    { name: 'l4', launcher: 'cloudRunJobs', machine: L4 },
    { name: 'h100', launcher: 'other', maxWaitSeconds: 60 },
  ]),
};

describe('the configuration of deployed functions', () => {
  it('is read from the environment, with defaults that let nobody in', () => {
    expect(configFromEnvironment({ ...GOOD, UNRELATED: 'x' })).toEqual({
      projectId: 'shop-prod',
      region: 'europe-west4',
      bucket: 'shop-prod-trainyard',
      trainerServiceAccount: null,
      images: { gpu: null, cpu: null },
      otlpEndpoint: null,
      emulators: { firestore: null, pubsub: null, storage: null },
      publicUrl: 'https://trainyard.example/base',
      masterSecret: SECRET,
      auth: 'none',
      streamOrigin: null,
      firebaseWeb: null,
      tiers: [
        {
          name: 'l4',
          launcher: 'cloudRunJobs',
          maxWaitSeconds: 900,
          maxAttemptSeconds: 3600,
          machine: { ...L4, machineType: null, spot: false, accelerator: { type: 'nvidia-l4', count: 1 } },
          usdPerHour: null,
          image: null,
          diskGb: 100,
        },
        {
          name: 'h100',
          launcher: 'other',
          maxWaitSeconds: 60,
          maxAttemptSeconds: 7 * 86_400,
          machine: null,
          usdPerHour: null,
          image: null,
          diskGb: 100,
        },
      ],
      prepareTier: null,
      prices: [],
      budget: { monthlyUsd: null, whenSpent: 'finish' },
      formerMasterSecrets: [],
      tokenIssuers: [],
      allowedOrigins: [],
      members: {},
      notifications: { channels: [] },
      mlflow: null,
      trainerIdentity: null,
      leaseSeconds: 60,
      settleSeconds: 5,
    });
    expect(configFromEnvironment({ ...GOOD, TRAINYARD_AUTH: 'platform' }).auth).toBe('platform');
  });

  it('names every variable that is missing', () => {
    expect(() => configFromEnvironment({})).toThrow(
      /GOOGLE_CLOUD_PROJECT[^]*TRAINYARD_PUBLIC_URL[^]*TRAINYARD_MASTER_SECRET/,
    );
  });

  it('wants the master secret only of functions that derive callback keys', () => {
    const { TRAINYARD_MASTER_SECRET: _none, ...without } = GOOD;
    const read = (name: string) => configFromEnvironment({ ...without, FUNCTION_TARGET: name });
    expect(['api', 'notify', 'retrain', 'runHistory'].map((name) => read(name).masterSecret)).toEqual([
      null,
      null,
      null,
      null,
    ]);
    for (const name of NEED_MASTER_SECRET) expect(() => read(name)).toThrow('TRAINYARD_MASTER_SECRET');
    expect(() => configFromEnvironment(without)).toThrow('TRAINYARD_MASTER_SECRET');
  });

  it.each<[what: string, environment: Record<string, string>, says: RegExp]>([
    ['a URL that is none', { TRAINYARD_PUBLIC_URL: 'trainyard' }, /publicUrl/],
    ['a URL of another scheme', { TRAINYARD_PUBLIC_URL: 'ftp://trainyard.example' }, /publicUrl/],
    [
      'a short secret',
      { TRAINYARD_MASTER_SECRET: 'short-and-private' },
      /at least 32 characters[^]*masterSecret/,
    ],
    [
      'an unknown way in',
      { TRAINYARD_AUTH: 'everybody' },
      /"loopback"\|"platform"\|"tokens"\|"none"[^]*auth/,
    ],
    [
      'tiers that are not JSON',
      { TRAINYARD_TIERS: 'l4' },
      /TRAINYARD_TIERS is not JSON: give something such as/,
    ],
    [
      'tokens that nobody issues',
      { TRAINYARD_AUTH: 'tokens' },
      /TRAINYARD_FIREBASE_PROJECT or TRAINYARD_GOOGLE_AUDIENCE/,
    ],
    [
      'a way to a project that is not named',
      { TRAINYARD_FIREBASE_WEB: '{}' },
      /TRAINYARD_FIREBASE_PROJECT as well/,
    ],
    [
      'a way to a project without its key',
      { TRAINYARD_FIREBASE_PROJECT: 'shop', TRAINYARD_FIREBASE_WEB: '{"authDomain":"shop.example"}' },
      /firebaseWeb\.apiKey/,
    ],
    [
      'an address in place of an origin',
      { TRAINYARD_STREAM_ORIGIN: 'https://x.run.app/api' },
      /streamOrigin/,
    ],
    ['members that are not JSON', { TRAINYARD_MEMBERS: 'ana' }, /TRAINYARD_MEMBERS is not JSON/],
    [
      'a role that there is not',
      { TRAINYARD_MEMBERS: '{"ana":{"role":"owner"}}' },
      /"viewer"\|"trainer"\|"admin"/,
    ],
    ['no tier', { TRAINYARD_TIERS: '[]' }, /tiers/],
    ['a budget in words', { TRAINYARD_MONTHLY_BUDGET_USD: 'lots' }, /TRAINYARD_MONTHLY_BUDGET_USD/],
    ['prices that are not JSON', { TRAINYARD_PRICES: 'cheap' }, /TRAINYARD_PRICES is not JSON/],
    [
      'a price of what is not known',
      { TRAINYARD_PRICES: '[{"sku":"cloudRun.tpu","usd":1}]' },
      /"cloudRun\.vcpu"[^]*prices\[0\]\.sku/,
    ],
    [
      'channels that are not JSON',
      { TRAINYARD_NOTIFICATIONS: 'short-and-private' },
      /TRAINYARD_NOTIFICATIONS is not JSON/,
    ],
    [
      'a channel within',
      {
        TRAINYARD_NOTIFICATIONS: '[{"type":"slack","name":"ops","url":"https://10.0.0.1/short-and-private"}]',
      },
      /TRAINYARD_NOTIFICATIONS\[0\]\.url: must have a public address/,
    ],
    [
      'an address of runs without the run',
      { TRAINYARD_RUN_URL: 'https://x.example' },
      /TRAINYARD_RUN_URL: .*runId/,
    ],
    [
      'an unknown key of a tier',
      { TRAINYARD_TIERS: '[{"name":"l4","launcher":"x","gpu":1}]' },
      /"gpu"[^]*tiers\[0\]/,
    ],
    [
      'two tiers of one name',
      { TRAINYARD_TIERS: '[{"name":"l4","launcher":"x"},{"name":"l4","launcher":"y"}]' },
      /two tiers have the same name/,
    ],
  ])('refuses %s and says where, without the secret', (_what, environment, says) => {
    const read = () => configFromEnvironment({ ...GOOD, ...environment });
    expect(read).toThrow(says);
    expect(read).not.toThrow(/short-and-private|thirty-two/);
  });

  it('takes an empty variable for one that is not set, and the ready-made tiers in its region where none are given', () => {
    const config = configFromEnvironment({ ...GOOD, TRAINYARD_TIERS: '', TRAINYARD_REGION: 'us-central1' });
    expect(config.tiers.map(({ machine }) => machine?.region)).toEqual(config.tiers.map(() => 'us-central1'));
  });

  it.each<[what: string, environment: Record<string, string>, says: RegExp]>([
    ['a region that is none', { TRAINYARD_REGION: 'Amsterdam' }, /must be a region/],
    ['a bucket with its protocol', { TRAINYARD_BUCKET: 'gs://shop' }, /without gs:\/\//],
    ['a service account that is no address', { TRAINYARD_TRAINER_SERVICE_ACCOUNT: 'trainer' }, /email/i],
    ['a collector that is no URL', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, /URL[^]*otlpEndpoint/],
    ['an emulator without a port', { FIRESTORE_EMULATOR_HOST: 'localhost' }, /must be host:port/],
  ])('refuses %s', (_what, environment, says) => {
    expect(() => configFromEnvironment({ ...GOOD, ...environment })).toThrow(says);
  });

  it('refuses keys that it does not know', () => {
    const config = {
      publicUrl: 'https://x.example',
      masterSecret: SECRET,
      tiers: [{ name: 'a', launcher: 'b' }],
    };
    expect(configSchema.safeParse(config).success).toBe(true);
    expect(configSchema.safeParse({ ...config, leaseSecond: 3 }).success).toBe(false);
  });
});
