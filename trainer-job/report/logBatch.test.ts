import { logSchema, MAX_CALLBACK_BYTES, type LogLine } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { LogBatch } from './logBatch.js';

const now = new Date();
const line = (message: string, fields: LogLine['fields'] = {}): LogLine => ({
  at: now.toISOString(),
  level: 'info',
  message,
  stage: 'train',
  fields,
});

describe('a batch of log lines', () => {
  it('gives what was added, in order, once', () => {
    const batch = new LogBatch();
    batch.add(line('a'));
    batch.add(line('b'));
    expect(batch.drain(now).map(({ message }) => message)).toEqual(['a', 'b']);
    expect(batch.drain(now)).toEqual([]);
  });

  it.each([
    ['many lines', 'x', 5000],
    ['long lines', 'é'.repeat(20_000), 500],
  ])('of too %s fits a callback and tells how many are missing', (_name, message, count) => {
    const batch = new LogBatch();
    for (let i = 0; i < count; i++) batch.add(line(message));
    const lines = batch.drain(now);
    const body = { attempt: 1, seq: 1, sentAt: now.toISOString(), lines };
    expect(logSchema.safeParse(body).success).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(Math.min(210_000, MAX_CALLBACK_BYTES));
    expect(lines.at(-1)!.message).toBe(
      `${count - lines.length + 1} more log lines came within a second; the trainer's own output has them`,
    );
  });

  it('leaves out fields that are too large', () => {
    const batch = new LogBatch();
    batch.add(line('big', { text: 'x'.repeat(100_000) }));
    expect(batch.drain(now)[0]!.fields).toEqual({ truncated: true });
  });
});
