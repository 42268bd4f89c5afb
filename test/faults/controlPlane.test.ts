import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { config } from '../../bench/environment.js';
import { runExperiment } from '../../bench/faults/experiment.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

if (!existsSync(config.faultsHost)) throw new Error('the build is missing: run "npm run build" first');

it('runs survive killed hosts, a broken store and a bad network: all end right, nothing is lost or doubled', async () => {
  const result = await runExperiment({
    seed: 7,
    runs: 8,
    spreadMs: 4_000,
    folder: await temporaryFolder(),
    stores: { kind: 'sqlite' },
    hostProgram: config.faultsHost,
    peaceMs: 30_000,
    onProgress: () => {},
  });
  expect(result.findings).toEqual([]);
  expect(result).toMatchObject({ runs: 8, outboxLeft: 0 });
  expect(result.ends['completed']).toBeGreaterThanOrEqual(5);
  // Otherwise it would not have been put to the test.
  expect(result.kills + result.storeBreaks).toBeGreaterThan(0);
  expect(result.attempts).toBeGreaterThan(8);
}, 60_000);
