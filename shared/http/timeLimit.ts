/**
 * A signal that aborts after `ms` milliseconds with a TimeoutError, or as one of the others does. Not AbortSignal.timeout within
 * AbortSignal.any: Node 20 may collect that as garbage before its time (nodejs/node#57736), and what waits then waits for good.
 */
export function timeLimit(ms: number, ...others: readonly AbortSignal[]): AbortSignal {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  }, ms);
  // It keeps no process from its end.
  timer.unref();
  return AbortSignal.any([limit.signal, ...others]);
}
