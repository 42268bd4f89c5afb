/** What an event is about. */
import { assertNever } from '../common.js';
import { paths } from '../firestore/paths.js';
import type { TrainyardEvent } from './event.js';

export type EventData = TrainyardEvent['data'];
export type SubjectKind = EventData['kind'];

export interface Subject {
  kind: SubjectKind;
  /** Events of one id keep their order wherever they are kept in order. */
  id: string;
  /** The path of its document. */
  path: string;
}

export function subjectOf(data: EventData): Subject {
  const { kind, modelId } = data;
  switch (kind) {
    case 'run':
      return { kind, id: data.runId, path: paths.run(data.runId) };
    case 'model':
      return { kind, id: modelId, path: paths.model(modelId) };
    case 'release':
      return { kind, id: data.releaseId, path: paths.release(modelId, data.releaseId) };
    case 'sweep':
      return { kind, id: data.sweepId, path: paths.sweep(data.sweepId) };
    default:
      return assertNever(kind);
  }
}

/** What subscriptions may filter messages by: the event's type, and the ids of its data. */
export function attributesOf({ type, data }: TrainyardEvent): Record<string, string> {
  const { kind, modelId } = data;
  return {
    type,
    kind,
    modelId,
    ...('runId' in data && { runId: data.runId }),
    ...('releaseId' in data && { releaseId: data.releaseId }),
    ...('sweepId' in data && data.sweepId !== undefined && { sweepId: data.sweepId }),
  };
}
