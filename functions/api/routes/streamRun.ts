import { streamEventSchema } from '@trainyard/shared';
import { defineStream } from '../defineRoute.js';
import { streamRun } from '../stream.js';
import { noQuery, runParams, visibleRun } from './parameters.js';

export const streamRoute = defineStream({
  method: 'GET',
  path: '/api/training-runs/{runId}/stream',
  summary:
    'Follow a run: Server-Sent Events `run`, `stage` and `epoch`, until it ends; `Last-Event-ID` goes on where a stream broke off',
  operationId: 'streamRun',
  description:
    'First all that is stored, then every change. The schema is that of an event’s name and data together.',
  access: 'viewer',
  goesOn: true,
  params: runParams,
  query: noQuery,
  events: streamEventSchema,
  async stream(cp, { params, caller, request }, response) {
    const { runId } = await visibleRun(cp, caller, params.runId);
    await streamRun(cp, runId, request.get('last-event-id'), response);
  },
});
