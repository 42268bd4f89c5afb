import { priceOf, trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { configSchema } from '../config.js';
import { defaultTiers } from './defaultTiers.js';
import { tierSchema } from './tier.js';

const REGION = 'europe-west4';
const vertex = (machine: object) => ({
  name: 'gpu',
  launcher: 'vertexCustomJob',
  machine: { region: REGION, machineType: 'n1-standard-16', cpu: 16, memoryGb: 60, ...machine },
});
const cloudRun = (machine: object, parts: object = {}) => ({
  name: 'gpu',
  launcher: 'cloudRunJobs',
  machine: { region: REGION, cpu: 8, memoryGb: 32, ...machine },
  ...parts,
});
const L4 = { type: 'nvidia-l4' };

describe('the ready-made tiers', () => {
  const tiers = defaultTiers(REGION).map((tier) => tierSchema.parse(tier));

  it('give way to one another from the one that starts soonest to the one without GPU', () => {
    const said = tiers.map(({ name, machine }) => {
      const { accelerator, machineType, spot } = machine ?? {};
      return `${name}: ${accelerator ? `${accelerator.count} ${accelerator.type}` : 'no GPU'}, ${machineType ?? 'Cloud Run'}${spot ? ', spot' : ''}`;
    });
    expect(said).toEqual([
      'run-l4: 1 nvidia-l4, Cloud Run',
      'l4-spot: 1 nvidia-l4, g2-standard-12, spot',
      'l4: 1 nvidia-l4, g2-standard-12',
      't4-spot: 1 nvidia-t4, n1-standard-8, spot',
      't4: 1 nvidia-t4, n1-standard-8',
      't4x4-spot: 4 nvidia-t4, n1-standard-32, spot',
      't4x4: 4 nvidia-t4, n1-standard-32',
      'v100x4-spot: 4 nvidia-v100, n1-standard-16, spot',
      'v100x4: 4 nvidia-v100, n1-standard-16',
      'l4x4-spot: 4 nvidia-l4, g2-standard-48, spot',
      'l4x4: 4 nvidia-l4, g2-standard-48',
      't4x2-spot: 2 nvidia-t4, n1-standard-16, spot',
      't4x2: 2 nvidia-t4, n1-standard-16',
      'run-cpu: no GPU, Cloud Run',
    ]);
  });

  it('end an attempt before the platform does: after an hour where Cloud Run lends a GPU', () => {
    expect(
      Object.fromEntries(tiers.map(({ name, maxAttemptSeconds }) => [name, maxAttemptSeconds])),
    ).toMatchObject({
      'run-l4': 3600,
      l4: 7 * 86_400,
      'run-cpu': 86_400,
    });
  });

  it('each have a price', () => {
    const unpriced = tiers.filter(({ machine }) => !machine || 'missing' in priceOf(machine));
    expect(unpriced.map(({ name }) => name)).toEqual([]);
  });

  it('are as many as a run may name', () => {
    const names = tiers.map(({ name }) => name);
    const spec = trainingSpecSchema.parse({ ...EXAMPLE_SPEC, compute: { tiers: names } });
    expect(spec.compute.tiers).toEqual(names);
    const config = {
      publicUrl: 'https://x.example',
      masterSecret: 'x'.repeat(32),
      tiers: defaultTiers(REGION),
    };
    expect(configSchema.parse(config).tiers).toHaveLength(names.length);
  });
});

describe('a tier', () => {
  it.each<[what: string, tier: object]>([
    [
      'two V100 on a machine for them',
      vertex({ machineType: 'n1-standard-8', cpu: 8, accelerator: { type: 'nvidia-v100', count: 2 } }),
    ],
    ['an A100', vertex({ machineType: 'a2-highgpu-1g', cpu: 12, accelerator: { type: 'nvidia-a100-40gb' } })],
    ['a machine type that is not known here', vertex({ machineType: 'c9-standard-16' })],
    ['processors alone on Cloud Run', cloudRun({}, { maxAttemptSeconds: 7 * 86_400 })],
    ['a launcher that is not known here', { name: 'A tier!', launcher: 'fake' }],
  ])('may be %s', (_what, tier) => {
    expect(tierSchema.safeParse(tier).error).toBeUndefined();
  });

  it.each<[what: string, tier: object, says: RegExp]>([
    [
      'without a machine on Cloud Run',
      { name: 'l4', launcher: 'cloudRunJobs' },
      /where its jobs run: give something such as/,
    ],
    ['without a machine on Vertex AI', { name: 'l4', launcher: 'vertexCustomJob' }, /where its jobs run/],
    ['whose name no Cloud Run Job can have', { ...cloudRun({}), name: 'L4 big' }, /got "L4 big".*a-z, 0-9/],
    ['of spot on Cloud Run', cloudRun({ spot: true }), /no spot machines: use launcher "vertexCustomJob"/],
    ['of a machine type on Cloud Run', cloudRun({ machineType: 'n1-standard-8' }), /give cpu and memoryGb/],
    [
      'of two L4 on Cloud Run',
      cloudRun({ accelerator: { ...L4, count: 2 } }),
      /got 2 × nvidia-l4.*one nvidia-l4/,
    ],
    ['of a T4 on Cloud Run', cloudRun({ accelerator: { type: 'nvidia-t4' } }), /got 1 × nvidia-t4/],
    [
      'of too little beside its L4',
      cloudRun({ cpu: 2, memoryGb: 8, accelerator: L4 }),
      /got 2 and 8 GB.*at least 4 and 16/,
    ],
    ['of more than Cloud Run has', cloudRun({ cpu: 16, memoryGb: 64 }), /at most 8 and 32/],
    [
      'that takes longer than Cloud Run lends a GPU',
      cloudRun({ accelerator: L4 }, { maxAttemptSeconds: 7200 }),
      /got 7200; .* 3600 s/,
    ],
    ['of a week and more', { ...vertex({}), maxAttemptSeconds: 8 * 86_400 }, /maxAttemptSeconds/],
    ['without a machine type on Vertex AI', vertex({ machineType: null }), /needs a machineType/],
    ['of other processors than its type has', vertex({ cpu: 8 }), /says cpu 8, and n1-standard-16 has 16/],
    [
      'of four V100 on too large a machine',
      vertex({ machineType: 'n1-standard-64', cpu: 64, accelerator: { type: 'nvidia-v100', count: 4 } }),
      /at most 48 vCPUs/,
    ],
    [
      'of three T4',
      vertex({ accelerator: { type: 'nvidia-t4', count: 3 } }),
      /has 1, 2, 4 of nvidia-t4, not 3/,
    ],
    ['of an L4 on an N1', vertex({ accelerator: { type: 'nvidia-l4', count: 4 } }), /use g2-standard-48/],
    [
      'of a T4 on an E2',
      vertex({ machineType: 'e2-standard-16', accelerator: { type: 'nvidia-t4', count: 1 } }),
      /use a machine type of N1/,
    ],
    [
      'of a G2 without its GPUs',
      vertex({ machineType: 'g2-standard-48', cpu: 48 }),
      /comes with 4 × nvidia-l4/,
    ],
  ])('%s is refused', (_what, tier, says) => {
    const { error } = tierSchema.safeParse(tier);
    expect(error && z.prettifyError(error)).toMatch(says);
  });
});
