import { isTerminal, type StreamEvent, streamEventSchema } from '@trainyard/shared';
import { createParser } from 'eventsource-parser';
import { setTimeout as pause } from 'node:timers/promises';
import { USER_ERRORS, UserError } from '@trainyard/shared/commandLine/userError';
import { type Connection, send } from './request.js';

export interface FollowOptions {
  signal?: AbortSignal;
  /** Told why, each time the stream broke and is opened again. */
  onReconnect?: (reason: string) => void;
  /** Without a stream for so long the follower gives up; two minutes unless given. */
  giveUpAfterMs?: number;
  /** Milliseconds before the first reconnection, doubled for each failed one up to 5 s; 250 unless given. */
  reconnectPauseMs?: number;
}

const LONGEST_PAUSE_MS = 5_000;
/** A stream that is silent for so long is taken for dead and opened again. */
const SILENCE_MS = 60_000;

/**
 * The events of a run until it is over. When the stream breaks it is opened again and goes on where it broke off. Fails when the server refuses, or stays away too long.
 */
export async function* followRun(
  connection: Connection,
  runId: string,
  options: FollowOptions = {},
): AsyncGenerator<StreamEvent> {
  const { giveUpAfterMs = 120_000, reconnectPauseMs = 250, signal } = options;
  let failures = 0;
  let lastHeard = Date.now();
  const position: StreamPosition = {};
  for (;;) {
    let reason = 'the stream ended before the run did';
    let isOver = false;
    try {
      for await (const event of openStream(connection, runId, position, signal)) {
        failures = 0;
        lastHeard = Date.now();
        yield event;
        isOver ||= event.event === 'run' && isTerminal(event.data.status);
      }
      if (isOver) return;
    } catch (error) {
      signal?.throwIfAborted();
      if (isOver) return;
      if (!isTemporary(error) || Date.now() - lastHeard > giveUpAfterMs) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    options.onReconnect?.(reason);
    await pause(Math.min(LONGEST_PAUSE_MS, reconnectPauseMs * 2 ** failures), undefined, { signal });
    failures += 1;
  }
}

/** Where a stream is: the id of its last event. */
interface StreamPosition {
  lastEventId?: string;
}

/** The events of one connection, which begins behind `position` and moves it. */
async function* openStream(
  connection: Connection,
  runId: string,
  position: StreamPosition,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamEvent> {
  const silence = new AbortController();
  const silent = () => silence.abort(new UserError('unreachable', `${connection.url} fell silent`));
  let watchdog = setTimeout(silent, SILENCE_MS);
  const received: { parsed: StreamEvent; id: string | undefined }[] = [];
  const parser = createParser({
    onEvent: ({ event, data, id }) => {
      const parsed = parseEvent(event, data);
      if (parsed) received.push({ parsed, id });
    },
  });
  try {
    const response = await send(connection, {
      method: 'GET',
      path: `/api/training-runs/${encodeURIComponent(runId)}/stream`,
      headers: {
        accept: 'text/event-stream',
        ...(position.lastEventId !== undefined && { 'last-event-id': position.lastEventId }),
      },
      signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    });
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      clearTimeout(watchdog);
      watchdog = setTimeout(silent, SILENCE_MS);
      parser.feed(decoder.decode(bytes, { stream: true }));
      for (const { parsed, id } of received.splice(0)) {
        // Before the event is handed on: who takes it may be the last thing this generator does.
        if (id !== undefined) position.lastEventId = id;
        yield parsed;
      }
    }
  } finally {
    clearTimeout(watchdog);
  }
}

/** Events of a kind that a newer server may add are passed over; what is known must be as agreed. */
function parseEvent(event: string | undefined, data: string): StreamEvent | undefined {
  const known = streamEventSchema.options.some((option) => option.shape.event.value === event);
  if (!known) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(data);
  } catch (cause) {
    throw new UserError('foreign-answer', `the "${event}" event of the stream is not JSON`, { cause });
  }
  const parsed = streamEventSchema.safeParse({ event, data: content });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    'foreign-answer',
    `the "${event}" event of the stream is not as this version knows it (${issue?.path.join('.')}: ${issue?.message}): use the same version on both sides`,
  );
}

/** What is no `UserError` is a connection that broke while it was read. */
function isTemporary(error: unknown): boolean {
  return !(error instanceof UserError) || USER_ERRORS[error.code].retried;
}
