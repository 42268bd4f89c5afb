import type { Run, RunCallback } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import type { SentCallback } from '../runs/planCallbacks.js';
import type { RecordedCallbacks } from '../runs/recordCallback.js';
import { instruments } from '../telemetry/metrics.js';
import { recordSpan } from '../telemetry/tracing.js';

/** Counts callbacks that were answered after `seconds`, and draws the work that they tell of into the trace of their run. */
export function observeCallbacks(
  cp: Pick<ControlPlane, 'now' | 'log'>,
  { run, outcomes }: RecordedCallbacks,
  callbacks: readonly SentCallback[],
  seconds: number,
): void {
  const { callbackSeconds, callbackDelaySeconds, callbacks: counter } = instruments();
  callbackSeconds.record(seconds);
  for (const [i, { callback }] of callbacks.entries()) {
    const { kind } = callback;
    counter.add(1, { kind, outcome: outcomes[i] ?? 'recorded' });
    if (outcomes[i] !== 'recorded') continue;
    callbackDelaySeconds.record((cp.now().getTime() - Date.parse(callback.body.sentAt)) / 1000, { kind });
    observeWork(run, callback);
  }
}

function observeWork(run: Run, { kind, body }: RunCallback): void {
  const { modelId: model, runId, traceparent: parent } = run;
  const about = { 'trainyard.run_id': runId, 'trainyard.attempt': body.attempt };
  const { epochs, examplesPerSecond, gpuPercent, gpuMemoryMb, cpuPercent } = instruments();
  switch (kind) {
    case 'epoch-complete': {
      epochs.add(1, { model });
      examplesPerSecond.record(body.examplesPerSecond, { model });
      const attributes = { ...about, 'trainyard.epoch': body.epoch, 'trainyard.examples': body.examples };
      recordSpan(`epoch ${body.epoch}`, { parent, end: body.sentAt, seconds: body.seconds, attributes });
      return;
    }
    case 'stage-complete': {
      const attributes = { ...about, 'trainyard.cache_hit': body.cacheHit };
      recordSpan(`stage ${body.stage}`, { parent, end: body.sentAt, seconds: body.seconds, attributes });
      return;
    }
    case 'heartbeat': {
      const { resources } = body;
      if (!resources) return;
      cpuPercent.record(resources.cpuPercent, { model });
      if (resources.gpuPercent !== null) gpuPercent.record(resources.gpuPercent, { model });
      if (resources.gpuMemoryMb !== null) gpuMemoryMb.record(resources.gpuMemoryMb, { model });
      return;
    }
    default:
  }
}
