/** Reads an open answer as Server-Sent Events. */
import type { IncomingMessage } from 'node:http';
import { feedEventSchema, streamEventSchema, type FeedEvent, type StreamEvent } from '@trainyard/shared';
import type { z } from 'zod';

export interface EventStream<Event> {
  /** What has come so far. */
  events: Event[];
  /** Resolves when the connection is over. */
  ended: Promise<void>;
  /** Whether the server has ended the stream as it should. */
  isOver: () => boolean;
}

/** The events of a run. */
export const eventStream = (response: IncomingMessage): EventStream<StreamEvent> =>
  read(response, streamEventSchema);

/** The events of several topics. */
export const feedStream = (response: IncomingMessage): EventStream<FeedEvent> =>
  read(response, feedEventSchema);

function read<Event>(response: IncomingMessage, schema: z.ZodType<Event>): EventStream<Event> {
  const events: Event[] = [];
  let [rest, isOver] = ['', false];
  response.setEncoding('utf8').on('data', (part: string) => {
    const blocks = (rest + part).split('\n\n');
    rest = blocks.pop() ?? '';
    events.push(...blocks.flatMap((block) => parseBlock(block, schema)));
  });
  const ended = new Promise<void>((resolve) => {
    response.once('close', () => {
      isOver = response.complete;
      resolve();
    });
  });
  return { events, ended, isOver: () => isOver };
}

/** A block of `event:` and `data:`, with or without an `id:`; comments keep the connection alive and say nothing. */
function parseBlock<Event>(block: string, schema: z.ZodType<Event>): Event[] {
  const [, event, data] = /^(?:id: .*\n)?event: (.*)\ndata: (.*)$/.exec(block) ?? [];
  return event === undefined || data === undefined ? [] : [schema.parse({ event, data: JSON.parse(data) })];
}
