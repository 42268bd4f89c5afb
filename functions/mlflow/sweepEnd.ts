/** Says of the run there that stands for a sweep that the sweep has ended, and how. */
import { paths, timeLimit, type SweepEvent } from '@trainyard/shared';
import { flattened } from '@trainyard/shared/spec/flattened';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { nothing } from './answers.js';
import { clipped, keyOf, TAG_BYTES } from './limits.js';
import { experimentOf, log } from './runs.js';
import { MlflowServer, type MlflowConnection } from './server.js';
import { experimentName, type MlflowSettings } from './settings.js';
import { sweepFacts, sweepRunOf } from './sweepRun.js';

/** What of a sweep's document its place there goes by. */
const sweepPlace = z.looseObject({ experiment: z.string().nullable().default(null) });

/** Doing it again changes nothing: tags and the status are what they are. */
export async function writeSweepEnd(
  cp: Pick<ControlPlane, 'store'>,
  settings: MlflowSettings,
  { type, time, data }: Pick<SweepEvent, 'type' | 'time' | 'data'>,
  patience: Pick<MlflowConnection, 'timeoutMs' | 'retries' | 'pauseMs'>,
): Promise<void> {
  const { sweepId, modelId, detail } = data;
  const { uri, credentials } = settings;
  const server = new MlflowServer({ ...patience, uri, credentials, signal: timeLimit(90_000) });
  const document = await cp.store.get(paths.sweep(sweepId));
  const { experiment } = sweepPlace.parse(document?.data ?? {});
  const experimentId = await experimentOf(
    server,
    experimentName(settings.experiment, { modelId, experiment }),
    [],
  );
  const facts = sweepFacts(document, { sweepId, modelId, createdAt: time });
  const runId = await sweepRunOf(server, experimentId, facts);
  const tags = Object.entries(flattened(detail, 'trainyard')).map(([name, value]) => ({
    key: keyOf(name),
    value: clipped(String(value), TAG_BYTES),
  }));
  await log(server, runId, { tags });
  const status = type === 'sweep.cancelled' ? 'KILLED' : 'FINISHED';
  await server.post('/runs/update', { run_id: runId, status, end_time: Date.parse(time) }, nothing);
}
