import type { ControlPlane } from '../controlPlane.js';
import type { Response } from '../http/request.js';

/** Proxies close connections that are silent for a minute or so. */
const KEEP_ALIVE_MS = 15_000;

/**
 * Answers with an event stream and keeps it open, until the client has gone, `finish` is called or something fails, which is logged with `context`.
 * `watch` opens the listeners and gives what ends each.
 */
export async function openEventStream(
  { log }: Pick<ControlPlane, 'log'>,
  response: Response,
  context: Readonly<Record<string, unknown>>,
  watch: (fail: (error: unknown) => void, finish: () => void) => readonly (() => void)[],
): Promise<void> {
  response
    .status(200)
    .set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  await new Promise<void>((resolve) => {
    const stops: (() => void)[] = [];
    const keepAlive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS);
    const finish = () => {
      clearInterval(keepAlive);
      for (const stop of stops.splice(0)) stop();
      response.end();
      resolve();
    };
    const fail = (error: unknown) => {
      log('ERROR', 'a stream failed', { ...context, error });
      finish();
    };
    // Of the response: a request with a body is closed when its body has been read. The client may be gone already.
    response.once('close', finish);
    if (response.closed) return finish();
    stops.push(...watch(fail, finish));
  });
}
