/** Reads an open answer as Server-Sent Events. */
import type { IncomingMessage } from 'node:http';
import { streamEventSchema, type StreamEvent } from '@trainyard/shared';

export interface EventStream {
  /** What has come so far. */
  events: StreamEvent[];
  /** Resolves when the connection is over. */
  ended: Promise<void>;
  /** Whether the server has ended the stream as it should. */
  isOver: () => boolean;
}

export function eventStream(response: IncomingMessage): EventStream {
  const events: StreamEvent[] = [];
  let [rest, isOver] = ['', false];
  response.setEncoding('utf8').on('data', (part: string) => {
    const blocks = (rest + part).split('\n\n');
    rest = blocks.pop() ?? '';
    events.push(...blocks.flatMap(parseBlock));
  });
  const ended = new Promise<void>((resolve) => {
    response.once('close', () => {
      isOver = response.complete;
      resolve();
    });
  });
  return { events, ended, isOver: () => isOver };
}

/** A block of `id:`, `event:` and `data:`; comments keep the connection alive and say nothing. */
function parseBlock(block: string): StreamEvent[] {
  const [, event, data] = /^id: .*\nevent: (.*)\ndata: (.*)$/.exec(block) ?? [];
  return event === undefined || data === undefined
    ? []
    : [streamEventSchema.parse({ event, data: JSON.parse(data) })];
}
