/** Threads that make lists, each the next task as soon as it is free. */
import { Worker } from 'node:worker_threads';
import { TrainerError } from '../errors/trainerError.js';
import { refused } from './refused.js';
import { fromWorkerSchema, type FromWorker, type Task, type WorkerData } from './messages.js';

/** Tests run the sources, but a thread needs the build. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/recommend/listsThread.js' : './listsThread.js',
  import.meta.url,
);

export interface Job {
  block: number;
  task: Task;
}

/**
 * Gives each of the jobs to a thread and what comes of it, JSON lines, to `take`, which may be called for later blocks before
 * earlier ones. Memory holds a task and an answer for each thread. Throws what `jobs` or `take` throws, and `TrainerError` where
 * a thread fails; no thread is left then.
 */
export async function onWorkers(
  count: number,
  workerData: WorkerData,
  jobs: AsyncIterator<Job>,
  take: (job: Job, text: string) => Promise<void>,
): Promise<void> {
  // They need nothing of the environment, and so they are given none of it.
  const threads = Array.from({ length: count }, () => new Worker(ENTRY, { workerData, env: {} }));
  let isOver = false;
  // One task is read at a time: the source is a cursor.
  let reading: Promise<unknown> = Promise.resolve();
  const next = (): Promise<IteratorResult<Job>> => {
    const read = reading.then(() => jobs.next());
    reading = read.catch(() => undefined);
    return read;
  };
  const work = async (thread: Worker) => {
    const answers = answersOf(thread);
    const step = async (): Promise<boolean> => {
      if (isOver) return false;
      const { value: job, done } = await next();
      if (done) return false;
      const answer = answers();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
      thread.postMessage(job.task);
      const message = await answer;
      if (message.type !== 'done') throw lost(`it answered "${message.type}" to a task`);
      await take(job, message.text);
      return true;
    };
    try {
      await answers();
      while (await step());
    } finally {
      // One that fails ends the others' work too.
      isOver = true;
    }
  };
  try {
    const ends = await Promise.allSettled(threads.map(work));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

/** Resolves with the next message at each call, which comes before the message does. */
function answersOf(thread: Worker): () => Promise<FromWorker> {
  let failure: unknown;
  let waiting: { resolve: (message: FromWorker) => void; reject: (error: unknown) => void } | undefined;
  const fail = (error: unknown) => {
    failure ??= error;
    waiting?.reject(failure);
  };
  thread.on('error', fail);
  thread.on('exit', (code) => fail(lost(`it ended with code ${code}`)));
  thread.on('message', (raw: unknown) => {
    const parsed = fromWorkerSchema.safeParse(raw);
    if (!parsed.success) return fail(lost('it sent what no worker sends'));
    if (parsed.data.type === 'refused') return fail(refused(parsed.data.message));
    if (parsed.data.type === 'failed') return fail(lost(parsed.data.message));
    waiting?.resolve(parsed.data);
  });
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      if (failure !== undefined) reject(failure);
    });
}

function lost(why: string): TrainerError {
  return new TrainerError('worker-lost', `a thread that makes lists failed: ${why}`, null);
}
