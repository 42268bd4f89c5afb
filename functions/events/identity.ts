import { assertNever, type EventData } from '@trainyard/shared';

/** The ids by which the log finds everything about an event's subject, and of a run its attempt. */
export function identityOf(data: EventData): Record<string, unknown> {
  const { kind, modelId } = data;
  switch (kind) {
    case 'run':
      return { runId: data.runId, attempt: data.attempt };
    case 'model':
      return { modelId, runId: data.runId };
    case 'release':
      return { modelId, releaseId: data.releaseId };
    case 'sweep':
      return { modelId, sweepId: data.sweepId };
    default:
      return assertNever(kind);
  }
}
