import { Transform } from 'node:stream';

/**
 * A stream that bytes pass through, and a signal that is aborted when none came for a while. The client of Cloud Storage
 * never ends a read whose connection broke off: nothing else would tell.
 */
export function stallWatch(stallMs: number): { stream: Transform; signal: AbortSignal } {
  const controller = new AbortController();
  const stall = () =>
    controller.abort(Object.assign(new Error(`no byte came for ${stallMs} ms`), { code: 'ETIMEDOUT' }));
  const timer = setTimeout(stall, stallMs);
  const stream = new Transform({
    transform(chunk, _encoding, done) {
      timer.refresh();
      done(null, chunk);
    },
    destroy(error, done) {
      clearTimeout(timer);
      done(error);
    },
  });
  return { stream, signal: controller.signal };
}
