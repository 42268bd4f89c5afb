import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { PROBLEM_CODES, platformProblem, problemInWords, shown, type JobPlace } from './platformProblem.js';

const PLACE: JobPlace = {
  platform: 'Cloud Run',
  service: 'run.googleapis.com',
  tier: 'run-l4',
  region: 'europe-west4',
  subject: 'Cloud Run Job "trainyard-run-l4"',
};

describe('a problem of a platform', () => {
  it('names the platform, tier and region, what was said, and what to do', () => {
    for (const code of PROBLEM_CODES) {
      const { message, remedy } = platformProblem(code, 'Something is wrong.', PLACE);
      expect(message).toBe('Cloud Run (tier "run-l4", europe-west4): Something is wrong.');
      expect(remedy.length).toBeGreaterThan(20);
    }
  });

  it('says no secret and does not go on for pages', () => {
    expect(shown('RUN_SECRET=whsec_c2VjcmV0+/= is odd')).toBe('RUN_SECRET=whsec_… is odd');
    expect(shown('x'.repeat(5000))).toHaveLength(1001);
  });

  it('is explained in docs/compute.md, each by its code', async () => {
    const documentation = await readFile(new URL('../../../docs/compute.md', import.meta.url), 'utf8');
    const explained = [...documentation.matchAll(/^- `([a-z-]+)`: /gm)].map(([, code]) => code);
    expect(explained).toEqual(expect.arrayContaining([...PROBLEM_CODES]));
  });

  it.each([
    ['The request was fine.', undefined],
    ['Memory limit of 512 MiB exceeded with 520 MiB used.', 'out-of-memory'],
    ['Failed to pull image "x": manifest unknown', 'image-not-found'],
    ['The service agent was denied access to the repository.', 'image-denied'],
    ["Quota 'NVIDIA_L4_GPUS' exceeded. Limit: 0.0", 'quota-exceeded'],
    ['The zone has not enough resources available', 'no-capacity'],
    ['Instance was preempted.', 'preempted'],
    ['Cloud Run Admin API has not been used in project 1 before or it is disabled.', 'api-disabled'],
  ])('is known by its words: %s', (said, code) => {
    expect(problemInWords(said)).toBe(code);
  });
});
