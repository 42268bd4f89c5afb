/**
 * Retraining by message: whoever has new data publishes to `trainyard-retrain`, and the model's policy decides whether that
 * starts a run. Each message is answered once, by its id, however often it is delivered.
 */
import type { CloudEvent } from '@google-cloud/functions-framework';
import { retrainMessageSchema, type ModelDocument, type RetrainMessage } from '@trainyard/shared';
import { readMessage } from '../events/pubsubMessage.js';
import { DomainError } from '../errors/domainError.js';
import { withLogFields } from '../telemetry/context.js';
import { instruments } from '../telemetry/metrics.js';
import { inSpan, SpanKind } from '../telemetry/tracing.js';
import { createRun, type StartPorts } from './createRun.js';
import type { Started } from './planStart.js';

/** Who requested the runs that messages start. */
const REQUESTED_BY = 'retrain';

/**
 * Starts what a message asks for, or says in the log why not. A message that asks for what cannot be is logged and acknowledged,
 * for it will never be possible; a refusal that may pass and any other failure are thrown, so that Pub/Sub delivers again.
 */
export async function handleRetrainMessage(cp: StartPorts, delivered: CloudEvent<unknown>): Promise<void> {
  const message = readMessage(delivered, retrainMessageSchema);
  if (message instanceof Error) {
    cp.log('ERROR', 'a retrain message cannot be read and is dropped', {
      messageId: delivered.id,
      reason: message.message,
    });
    return;
  }
  const { id: messageId, body, attributes } = message;
  const { modelId } = body;
  const parent = attributes['googclient_traceparent'] ?? attributes['traceparent'];
  const about = { kind: SpanKind.CONSUMER, attributes: { 'trainyard.model_id': modelId } };
  const outcome = await inSpan('retrain', { parent, ...about }, () =>
    withLogFields({ messageId, modelId }, () => answered(cp, messageId, body)),
  );
  instruments().retrainMessages.add(1, { model: modelId, outcome });
}

async function answered(
  cp: StartPorts,
  messageId: string,
  message: RetrainMessage,
): Promise<'started' | 'skipped' | 'dropped'> {
  try {
    const { run, refusal } = await retrain(cp, messageId, message);
    if (run) cp.log('INFO', 'a retrain message started a run', { runId: run.runId });
    else cp.log('INFO', 'a retrain message started no run', { reason: refusal });
    return run ? 'started' : 'skipped';
  } catch (error) {
    if (!(error instanceof DomainError) || error.isRetried) throw error;
    const { code, detail: reason } = error;
    cp.log('ERROR', 'a retrain message asks for what cannot be and is dropped', { code, reason });
    return 'dropped';
  }
}

function retrain(
  cp: StartPorts,
  messageId: string,
  { modelId, spec, newRows }: RetrainMessage,
): Promise<Started> {
  const request = { modelId, spec, requestedBy: REQUESTED_BY, idempotencyKey: messageId, obeysPolicy: true };
  return createRun(cp, request, (known, { obstacle, isRunning, now }) => {
    const model = { ...known, newRows: known.newRows + newRows };
    const refusal = policyRefusal(model, isRunning, now) ?? obstacle?.message;
    return refusal === undefined ? { model } : { model, refusal };
  });
}

/** Why the model's policy lets no run start now, if it does not. */
function policyRefusal(model: ModelDocument, isRunning: boolean, now: Date): string | undefined {
  const { minIntervalSeconds, minNewRows, skipWhileRunning } = model.retrain;
  if (model.newRows < minNewRows)
    return `${model.newRows} of the ${minNewRows} new rows that the policy wants have come`;
  const sinceStart = model.lastStartedAt
    ? (now.getTime() - Date.parse(model.lastStartedAt)) / 1000
    : Infinity;
  if (sinceStart < minIntervalSeconds)
    return `the last start was ${Math.floor(sinceStart)} s ago; the policy wants ${minIntervalSeconds} s between starts`;
  return skipWhileRunning && isRunning
    ? 'a run of the model is under way, and the policy skips while one is'
    : undefined;
}
