import { subjectOf, type RunEvent, type SubjectKind, type TrainyardEvent } from '@trainyard/shared';

let events = 0;

function envelope() {
  return {
    specversion: '1.0',
    id: `event-${++events}`,
    source: '//trainyard',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
  } as const;
}

const RUN = { runId: 'abcdefghijklmnopqrst', modelId: 'demo' };

/** An event of a run that differs from every other. */
export function event(): RunEvent {
  const data = {
    kind: 'run',
    ...RUN,
    runNumber: 1,
    attempt: 1,
    status: 'pending',
    detail: { ä: 1 },
  } as const;
  return { ...envelope(), type: 'run.requested', subject: subjectOf(data).path, data };
}

/** By its subject's kind: an event of each that differs from every other. */
export const eventOfKind: { [K in SubjectKind]: () => TrainyardEvent } = {
  run: event,
  model() {
    const data = { kind: 'model', ...RUN, detail: { version: 3, gatesPassed: true } } as const;
    return { ...envelope(), type: 'model.version.registered', subject: subjectOf(data).path, data };
  },
  release() {
    const data = {
      kind: 'release',
      releaseId: 'demo-3-live',
      modelId: 'demo',
      detail: { share: 0.1 },
    } as const;
    return { ...envelope(), type: 'release.step.reached', subject: subjectOf(data).path, data };
  },
  sweep() {
    const data = {
      kind: 'sweep',
      sweepId: 'q5w2kzt7mbx3hvac4ndy',
      modelId: 'demo',
      detail: { trials: 4 },
    } as const;
    return { ...envelope(), type: 'sweep.completed', subject: subjectOf(data).path, data };
  },
};
export const SUBJECT_KINDS = Object.keys(eventOfKind) as SubjectKind[];
