import { describe, expect, it, onTestFinished } from 'vitest';
import { openCloud } from './cloud.js';
import { configFromEnvironment } from './config.js';

const GPU_IMAGE = 'europe-west4-docker.pkg.dev/shop/trainyard/trainer-gpu@sha256:1';
const GOOD = {
  GOOGLE_CLOUD_PROJECT: 'shop',
  TRAINYARD_PUBLIC_URL: 'https://trainyard-api-1.europe-west4.run.app',
  TRAINYARD_MASTER_SECRET: 'a-secret-of-more-than-thirty-two-characters',
  TRAINYARD_TRAINER_SERVICE_ACCOUNT: 'trainyard-trainer@shop.iam.gserviceaccount.com',
  TRAINYARD_TRAINER_IMAGE_GPU: GPU_IMAGE,
};

describe('the control plane of deployed functions', () => {
  it('opens with the ready-made tiers, and reaches for nothing until it is used', async () => {
    const cp = await openCloud(configFromEnvironment(GOOD));
    onTestFinished(() => cp.store.close());
    onTestFinished(() => cp.bus.close());
    expect(Object.keys(cp.launchers).toSorted()).toEqual(['cloudRunJobs', 'vertexCustomJob']);
    expect(cp.objects.uri('specs/1.json')).toBe('gs://shop-trainyard/specs/1.json');
    expect(cp.config.trainerIdentity?.email).toBe(GOOD.TRAINYARD_TRAINER_SERVICE_ACCOUNT);
  });

  it('opens no launcher that no tier asks for', async () => {
    const tiers = [
      {
        name: 'run-cpu',
        launcher: 'cloudRunJobs',
        machine: { region: 'europe-west4', cpu: 8, memoryGb: 32 },
      },
    ];
    const cp = await openCloud(configFromEnvironment({ ...GOOD, TRAINYARD_TIERS: JSON.stringify(tiers) }));
    onTestFinished(() => cp.store.close());
    expect(Object.keys(cp.launchers)).toEqual(['cloudRunJobs']);
  });

  it.each<[what: string, environment: Record<string, string>, says: RegExp]>([
    [
      'without the account of the trainers',
      { TRAINYARD_TRAINER_SERVICE_ACCOUNT: '' },
      /TRAINYARD_TRAINER_SERVICE_ACCOUNT is not set: .*trainyard-trainer@shop/,
    ],
    [
      'without an image for Vertex AI',
      { TRAINYARD_TRAINER_IMAGE_GPU: '' },
      /tier "l4-spot" has no image: set TRAINYARD_TRAINER_IMAGE_GPU/,
    ],
    [
      'with a tier of one machine',
      { TRAINYARD_TIERS: '[{"name":"local","launcher":"process"}]' },
      /"process" is none of Google Cloud's \(cloudRunJobs, vertexCustomJob\): on one machine use "trainyard up"/,
    ],
    [
      'with a launcher that there is not',
      { TRAINYARD_TIERS: '[{"name":"a","launcher":"kubernetes"}]' },
      /"kubernetes" is none of Google Cloud's.*correct TRAINYARD_TIERS/,
    ],
  ])('does not open %s, and says what to set', async (_what, environment, says) => {
    await expect(openCloud(configFromEnvironment({ ...GOOD, ...environment }))).rejects.toThrow(says);
  });
});
