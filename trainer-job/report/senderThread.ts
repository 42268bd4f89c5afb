/**
 * The sender in a thread of its own. A training step keeps the main thread busy for up to seconds, and a request needs
 * several turns of an event loop: here they come at once. The main side is `startThreadedSender`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { CallbackSender } from './callbackSender.js';
import { senderDataSchema, toThreadSchema, type FromThread } from './threadMessages.js';

const port = parentPort;
if (!port) throw new Error('senderThread runs as a worker thread only');
const post = (message: FromThread) => port.postMessage(message);

const sender = new CallbackSender(senderDataSchema.parse(workerData), {
  onStop: () => post({ type: 'stop' }),
  onNote: (level, message) => post({ type: 'note', level, message }),
});

async function handle(raw: unknown): Promise<void> {
  const message = toThreadSchema.parse(raw);
  switch (message.type) {
    case 'wake':
      return sender.wake();
    case 'heartbeat':
      return sender.heartbeat(message.entry);
    case 'drain':
      return post({ type: 'drained', call: message.call, delivery: await sender.drain(message.timeoutMs) });
    case 'close':
      await sender.close();
      port?.close();
  }
}

port.on('message', (raw: unknown) => void handle(raw));
