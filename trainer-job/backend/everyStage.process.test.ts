/** The built trainer as a process, with the backend that it is told to take. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  ended,
  epochsOf,
  RUN_ID,
  secretOf,
  SPEC,
  STAGES,
  stagesOf,
  upTo,
  workplace,
} from '../../test/support/hosts/trainerProcess.js';

describe('a trainer process', () => {
  // `auto` is the native backend where this machine has it.
  it.each(['wasm', 'auto'])(
    'walks the six stages on %s, reports each and every epoch, and completes',
    async (backend) => {
      const { folder, plane, start } = await workplace(SPEC);
      const trainer = start(1, { TRAINYARD_BACKEND: backend });
      await ended(trainer, 0);
      expect(stagesOf(plane)).toEqual(STAGES);
      expect(epochsOf(plane)).toEqual(upTo(4));
      expect(plane.received.every(({ isValid, attemptHeader }) => isValid && attemptHeader === '1')).toBe(
        true,
      );
      const [completed] = plane.taken('completed');
      expect(plane.received.at(-1)).toBe(completed);
      expect(completed!.body['result']).toMatchObject({
        epochsTrained: 4,
        backend: expect.stringMatching(backend === 'auto' ? /^(tensorflow|wasm)$/ : /^wasm$/) as string,
        metrics: { test_recall_at_10: expect.any(Number) as number, val_loss: expect.any(Number) as number },
        baselines: { popularity: { test_recall_at_10: expect.any(Number) as number } },
      });
      const { artifacts } = completed!.body['result'] as { artifacts: Record<string, string> };
      const metadata = JSON.parse(await readFile(fileURLToPath(artifacts['metadata']!), 'utf8')) as Record<
        string,
        unknown
      >;
      expect(metadata).toMatchObject({
        model_version: 'tiny#1',
        run: { run_id: RUN_ID, environment: { node: process.version } },
      });
      const said = trainer.output() + (await readFile(join(folder, 'run/model/model_metadata.json'), 'utf8'));
      expect(said).not.toContain(secretOf(1).replace('whsec_', ''));
    },
  );
});
