import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { assertNever } from '@trainyard/shared';
import type { Delivery, Sender, SenderEvents, SenderOptions } from './callbackSender.js';
import { fromThreadSchema, type SenderData, type ToThread } from './threadMessages.js';

/** How much longer than the thread itself its answer is waited for. */
const ANSWER_GRACE_MS = 500;

/** Starts a `CallbackSender` in a thread of its own (see `senderThread.ts` for why). */
export function startThreadedSender(options: SenderOptions, events: SenderEvents): Sender {
  const { journal, url, secret, attempt, identity = null, traceparent = null } = options;
  const data: SenderData = { journal, url, secret, attempt, identity, traceparent };
  const worker = new Worker(new URL('./senderThread.js', import.meta.url), { workerData: data });
  // The thread alone keeps no process alive: what is unsent at the end stays in the journal.
  worker.unref();
  const calls = new Map<number, (delivery: Delivery) => void>();
  let call = 0;
  let isWoken = false;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
  const post = (message: ToThread) => worker.postMessage(message);

  worker.on('message', (raw: unknown) => {
    const message = fromThreadSchema.parse(raw);
    switch (message.type) {
      case 'stop':
        return events.onStop();
      case 'note':
        return events.onNote(message.level, message.message);
      case 'drained':
        calls.get(message.call)?.(message.delivery);
        return;
      default:
        assertNever(message);
    }
  });
  worker.on('error', (error) =>
    events.onNote(
      'warn',
      `callbacks are not sent any more, they wait for the next attempt: ${error.message}`,
    ),
  );

  return {
    wake() {
      // Many callbacks in one turn need one message.
      if (isWoken) return;
      isWoken = true;
      queueMicrotask(() => {
        isWoken = false;
        post({ type: 'wake' });
      });
    },
    heartbeat: (entry) => post({ type: 'heartbeat', entry }),
    async drain(timeoutMs) {
      const id = ++call;
      const answer = new Promise<Delivery>((resolve) => calls.set(id, resolve));
      post({ type: 'drain', call: id, timeoutMs });
      const late = new AbortController();
      const delivery = await Promise.race([
        answer,
        pause(timeoutMs + ANSWER_GRACE_MS, 'pending' as const, { signal: late.signal }).catch(
          () => 'pending' as const,
        ),
      ]);
      late.abort();
      calls.delete(id);
      return delivery;
    },
    async close() {
      post({ type: 'close' });
      await worker.terminate();
    },
  };
}
