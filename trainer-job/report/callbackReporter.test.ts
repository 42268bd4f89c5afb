import type { CallbackKind } from '@trainyard/shared';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { CallbackQueue } from './callbackQueue.js';
import { CallbackReporter } from './callbackReporter.js';
import { JournalReader, type Journal, type JournalEntry } from './journal.js';
import { processLog } from './processLog.js';

const RESOURCES = { rssMb: 100, cpuPercent: 50, gpuPercent: null, gpuMemoryMb: null, gpuMemoryTotalMb: null };

interface Fixture {
  reporter: CallbackReporter;
  printed: string[];
  heartbeats: JournalEntry[];
  queued: () => { kind: CallbackKind; body: Record<string, unknown> }[];
}

async function fixture(): Promise<Fixture> {
  const heartbeats: JournalEntry[] = [];
  const printed: string[] = [];
  const journals: Journal[] = [];
  const queue = new CallbackQueue({
    folder: await temporaryFolder(),
    url: 'http://127.0.0.1:9',
    secret: 'whsec_AAAA',
    attempt: 2,
    startSender: ({ journal }) => {
      journals.push(journal);
      return {
        wake: () => {},
        heartbeat: (entry) => void heartbeats.push(entry),
        drain: async () => 'acknowledged',
        close: async () => {},
      };
    },
    onNote: () => {},
  });
  const writeLog = processLog({ runId: 'r', attempt: 2 }, (line) => printed.push(line));
  const reporter = new CallbackReporter({
    queue,
    writeLog,
    sampleResources: () => RESOURCES,
    now: () => new Date(),
  });
  const queued = () => {
    const reader = new JournalReader(journals[0]!, 0);
    const entries: JournalEntry[] = [];
    for (let next = reader.next(); next; next = reader.next()) entries.push(next.entry);
    reader.close();
    return entries;
  };
  return { reporter, printed, heartbeats, queued };
}

const epoch = { epoch: 1, metrics: { loss: 1 }, seconds: 1, examples: 10, examplesPerSecond: 10 };
const progressOf = (step: number) => ({
  fraction: step / 1000,
  step,
  totalSteps: 1000,
  examplesPerSecond: 5,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the reporter', () => {
  it('sends progress at most once a second, the newest', async () => {
    const { reporter, heartbeats } = await fixture();
    reporter.stageStarted('train');
    for (let step = 1; step <= 300; step++) {
      reporter.progress(progressOf(step));
      vi.advanceTimersByTime(10);
    }
    expect(heartbeats.map(({ body }) => (body['progress'] as { step: number | null }).step)).toEqual([
      null,
      100,
      200,
      300,
    ]);
    expect(heartbeats[1]!.body['resources']).toEqual(RESOURCES);
  });

  it('shows that it lives while a stage has nothing to tell', async () => {
    const { reporter, heartbeats } = await fixture();
    reporter.stageStarted('ingest');
    vi.advanceTimersByTime(10_000);
    expect(heartbeats).toHaveLength(6);
  });

  it('gathers log lines, and prints each at once as JSON with run, attempt and stage', async () => {
    const { reporter, printed, queued } = await fixture();
    reporter.stageStarted('ingest');
    for (let i = 0; i < 10; i++) reporter.log('info', `line ${i}`, { i });
    expect(queued()).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(queued().map(({ kind }) => kind)).toEqual(['log']);
    expect(queued()[0]!.body['lines']).toHaveLength(11);
    expect(JSON.parse(printed[1]!)).toMatchObject({
      severity: 'INFO',
      message: 'line 0',
      runId: 'r',
      attempt: 2,
      stage: 'ingest',
      i: 0,
    });
  });

  it('leaves out metrics that are no numbers', async () => {
    const { reporter, queued } = await fixture();
    reporter.epochCompleted({ ...epoch, metrics: { loss: 1, val_loss: NaN }, examplesPerSecond: Infinity });
    expect(queued()[0]!.body).toMatchObject({ metrics: { loss: 1 }, examplesPerSecond: 0 });
  });

  it('says nothing after its last word, and the log before it', async () => {
    const { reporter, queued, heartbeats } = await fixture();
    reporter.stageStarted('train');
    reporter.checkpointed({ uri: null, epoch: 0, final: true, reason: 'preempted' });
    vi.advanceTimersByTime(10_000);
    await reporter.end(1000);
    expect(queued().map(({ kind }) => kind)).toEqual(['log', 'checkpointed']);
    expect(heartbeats).toHaveLength(1);
  });
});
