import { describe, expect, it } from 'vitest';
import { consoleUrl } from './consoleUrl.js';

describe('the page of a job', () => {
  it.each([
    [
      'projects/my-project/locations/europe-west4/jobs/trainer/executions/trainer-x7k2p',
      'https://console.cloud.google.com/run/jobs/executions/details/europe-west4/trainer-x7k2p?project=my-project',
    ],
    [
      'projects/123456/locations/us-central1/customJobs/789',
      'https://console.cloud.google.com/vertex-ai/locations/us-central1/training/789?project=123456',
    ],
    ['process-4711', null],
    ['projects/p/locations/l/jobs/trainer', null],
  ])('of %s is %s', (name, url) => {
    expect(consoleUrl(name)).toBe(url);
  });
});
