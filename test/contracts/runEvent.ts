import type { RunEvent } from '@trainyard/shared';

let events = 0;

/** An event that differs from every other. */
export function event(): RunEvent {
  return {
    specversion: '1.0',
    id: `event-${++events}`,
    source: '//trainyard',
    type: 'run.requested',
    subject: 'runs/abcdefghijklmnopqrst',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    data: {
      runId: 'abcdefghijklmnopqrst',
      modelId: 'demo',
      runNumber: 1,
      attempt: 1,
      status: 'pending',
      detail: { ä: 1 },
    },
  };
}
