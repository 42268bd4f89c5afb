import { expect, it } from 'vitest';
import { config } from '../../bench/environment.js';
import { runExperiment } from '../../bench/faults/experiment.js';
import { emulatorsMissing, sharedEmulators } from '../support/hosts/emulators.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

it.skipIf(emulatorsMissing)(
  'on Firestore and Pub/Sub, too, runs survive killed hosts, a broken store and a bad network',
  async () => {
    const { firestore, pubsub } = sharedEmulators();
    const result = await runExperiment({
      seed: 7,
      runs: 5,
      spreadMs: 3_000,
      folder: await temporaryFolder(),
      stores: { kind: 'firestore', projectId: 'demo-trainyard-faults', firestore, pubsub },
      hostProgram: config.faultsHost,
      // A host that was killed in a transaction leaves its locks behind for a minute.
      peaceMs: 150_000,
      onProgress: () => {},
    });
    expect(result.findings).toEqual([]);
    expect(result).toMatchObject({ runs: 5, outboxLeft: 0 });
    expect(result.kills + result.storeBreaks).toBeGreaterThan(0);
  },
  200_000,
);
