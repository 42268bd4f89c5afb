/**
 * Retrain messages on one machine: files in a folder, one a message, which any program may write, whether a host runs or not. What
 * cannot be delivered after `MAX_DELIVERIES` is moved aside, as Pub/Sub would.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { Subscription } from '@trainyard/functions/ports/eventBus/eventBus';
import { MAX_DELIVERIES, type RetrainMessage } from '@trainyard/shared';
import type { PushedMessage } from './pubsubPush.js';
import { startReconciler } from './reconciler.js';

const LOOK_MS = 1_000;
/** After a failure, twice as long each time. */
const PAUSE_MS = 2_000;
const DEAD_LETTERS = 'dead-letters';

/** Leaves a message for the host of the data directory, now or later. Resolves to the file that holds it. */
export async function leaveRetrainMessage(
  folder: string,
  message: Partial<RetrainMessage> & Pick<RetrainMessage, 'modelId'>,
): Promise<string> {
  await makeFolder(folder, 0o700);
  const file = join(
    folder,
    `${new Date().toISOString().replaceAll(':', '')}-${randomUUID().slice(0, 8)}.json`,
  );
  // A host reads whole files only: what ends with .json is one.
  await writeFile(`${file}.part`, JSON.stringify(message), { mode: 0o600 });
  await rename(`${file}.part`, file);
  return file;
}

/** Hands each message to `handler`, the oldest name first, and takes it away when that has succeeded. */
export async function watchRetrainFolder(
  folder: string,
  handler: (message: PushedMessage) => Promise<void>,
  { lookMs = LOOK_MS, pauseMs = PAUSE_MS } = {},
): Promise<Subscription> {
  await makeFolder(join(folder, DEAD_LETTERS), 0o700);
  const failures = new Map<string, { count: number; again: number }>();
  const deliver = async (name: string) => {
    const file = join(folder, name);
    const message = await messageOf(file, name);
    const { count, again } = failures.get(message.messageId) ?? { count: 0, again: 0 };
    if (Date.now() < again) return;
    try {
      await handler(message);
    } catch (error) {
      failures.set(message.messageId, { count: count + 1, again: Date.now() + pauseMs * 2 ** count });
      if (count + 1 < MAX_DELIVERIES) return;
      await rename(file, join(folder, DEAD_LETTERS, name));
      throw new Error(`the retrain message ${name} was given up after ${MAX_DELIVERIES} deliveries`, {
        cause: error,
      });
    }
    failures.delete(message.messageId);
    await rm(file, { force: true });
  };
  const looking = startReconciler(
    async () => {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
      for (const name of names) await deliver(name);
    },
    lookMs,
    (error) => process.emitWarning(error instanceof Error ? error : String(error)),
  );
  return { close: () => looking.stop() };
}

/** Its id stays the same at every delivery, and is another one when a file of the same name comes again. */
async function messageOf(file: string, name: string): Promise<PushedMessage> {
  const [data, { ino, mtimeNs, mtime }] = [await readFile(file), await stat(file, { bigint: true })];
  const id = createHash('sha256').update(`${name}\n${ino}\n${mtimeNs}`).digest('base64url').slice(0, 32);
  return {
    data: data.toString('base64'),
    messageId: id,
    publishTime: mtime.toISOString(),
    attributes: {},
  };
}
