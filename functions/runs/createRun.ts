import {
  digestOf,
  modelDocumentSchema,
  newRun,
  newRunId,
  paths,
  type Run,
  type RunEventRecord,
  type TrainingSpec,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { runEvent } from '../events/runEvent.js';
import { ProblemError } from '../http/problemError.js';
import { publishCommitted, putInOutbox } from './outbox.js';
import { readRun } from './repository.js';

export interface StartRequest {
  modelId: string;
  spec: TrainingSpec;
  requestedBy: string;
  idempotencyKey?: string | undefined;
}

const idempotencyRecordSchema = z.strictObject({
  requestDigest: z.string(),
  runId: z.string(),
  createdAt: z.string(),
});

/**
 * Records a run and asks for a machine, in one transaction: the model's next run number, the run, its first event and the
 * outbox. The same idempotency key gives the same run; with another request it is a problem.
 */
export async function createRun(cp: ControlPlane, request: StartRequest): Promise<Run> {
  const { modelId, spec, requestedBy } = request;
  const resolved = { ...spec, compute: { ...spec.compute, tiers: tierNames(cp, spec) } };
  const run = newRun({
    runId: newRunId(),
    modelId,
    runNumber: 1,
    spec: resolved,
    requestedBy,
    now: cp.now(),
  });
  const requestDigest = digestOf({ modelId: request.modelId, spec: request.spec });
  const keyPath =
    request.idempotencyKey === undefined
      ? undefined
      : paths.idempotencyKey(digestOf([request.requestedBy, request.idempotencyKey]).replace('sha256:', ''));

  const result = await cp.store.transaction(async (tx) => {
    const known = keyPath && (await tx.get(keyPath));
    if (known) {
      const record = idempotencyRecordSchema.parse(known.data);
      if (record.requestDigest !== requestDigest) throw keyReused();
      const earlier = await readRun(tx, record.runId);
      if (!earlier) throw new Error(`idempotency record of run ${record.runId}, which does not exist`);
      return { run: earlier, events: [] };
    }
    const model = await tx.get(paths.model(request.modelId));
    const runNumber = model ? modelDocumentSchema.parse(model.data).lastRunNumber + 1 : 1;
    const numbered: Run = { ...run, runNumber };
    const event = runEvent(numbered, 'start', { type: 'run.requested', detail: {} }, cp.now());
    tx.set(paths.model(request.modelId), {
      schemaVersion: 1,
      modelId: request.modelId,
      lastRunNumber: runNumber,
      createdAt: model ? modelDocumentSchema.parse(model.data).createdAt : run.createdAt,
      updatedAt: run.createdAt,
    });
    tx.create(paths.run(run.runId), { ...numbered });
    tx.create(paths.event(run.runId, 'start'), { ...firstRecord(numbered) });
    putInOutbox(tx, event);
    if (keyPath) tx.create(keyPath, { requestDigest, runId: run.runId, createdAt: run.createdAt });
    return { run: numbered, events: [event] };
  });
  await publishCommitted(cp, result.events);
  return result.run;
}

/** The tiers that the specification names, or all of the deployment's. */
function tierNames(cp: ControlPlane, spec: TrainingSpec): string[] {
  const known = cp.config.tiers.map((tier) => tier.name);
  const unknown = (spec.compute.tiers ?? []).filter((name) => !known.includes(name));
  if (unknown.length === 0) return spec.compute.tiers ?? known;
  const detail = `Compute tier ${unknown.map((name) => `"${name}"`).join(', ')} does not exist here; there is ${known
    .map((name) => `"${name}"`)
    .join(', ')}.`;
  throw new ProblemError(400, 'unknown-tier', 'Unknown compute tier', detail, {
    errors: [{ pointer: '/spec/compute/tiers', detail }],
  });
}

function firstRecord(run: Run): RunEventRecord {
  return {
    id: 'start',
    at: run.createdAt,
    what: 'requested',
    attempt: 1,
    seq: null,
    status: run.status,
    published: ['run.requested'],
  };
}

function keyReused(): ProblemError {
  return new ProblemError(
    422,
    'idempotency-key-reused',
    'Idempotency key used for another request',
    'This Idempotency-Key started a run with another specification. Send a new key with a new request.',
  );
}
