import { feedEventSchema, feedQuerySchema } from '@trainyard/shared';
import { defineStream } from '../defineRoute.js';
import { serveFeed } from '../feed/serveFeed.js';
import { noParams } from './parameters.js';

export const feedRoute = defineStream({
  method: 'GET',
  path: '/api/stream',
  summary:
    'Follow all that a page watches, over one connection: Server-Sent Events of the topics that it names',
  operationId: 'streamFeed',
  description:
    'First all that each topic holds, then `ready`, then every change, until the client leaves. A client that comes back is told everything again: what it knew and was not told until `ready` is gone. To one that reads slowly the newest of each thing is told, not all that it was meanwhile. The schema is that of an event’s name and data together.',
  access: 'viewer',
  mayLack: true,
  params: noParams,
  query: feedQuerySchema,
  events: feedEventSchema,
  stream: (cp, { query, caller }, response) => serveFeed(cp, caller, query.topics, response),
});
