import { describe, expect, it } from 'vitest';
import { fileLine, linesOf, matching, shownText, textOf } from './logLines.js';

const chunk = (attempt: number, seq: number, ...messages: string[]) => ({
  attempt,
  seq,
  lines: messages.map((message, i) => ({
    at: '2026-11-20T19:18:25.000Z',
    level: (['info', 'error'] as const)[i % 2],
    message,
    stage: 'train' as const,
    fields: message === 'slow' ? { seconds: 3 } : {},
  })),
});

describe('the lines of a log', () => {
  const lines = linesOf([chunk(2, 1, 'again'), chunk(1, 2, 'c'), chunk(1, 1, 'a', 'SLOW', 'slow')]);

  it('stand in the order of attempts and of their pieces, whatever the order they came in', () => {
    expect(lines.map(({ message }) => message)).toEqual(['a', 'SLOW', 'slow', 'c', 'again']);
    expect(new Set(lines.map(({ key }) => key)).size).toBe(5);
  });

  it('are found by level and by a text in any case, in what else they say too', () => {
    expect(matching(lines, 'error', '').map(({ message }) => message)).toEqual(['SLOW']);
    expect(matching(lines, 'debug', 'slow')).toHaveLength(2);
    expect(matching(lines, 'debug', '"seconds":3').map(({ message }) => message)).toEqual(['slow']);
    expect(matching(lines, 'debug', '')).toBe(lines);
  });

  it('have their beginning shown where they are long, with how much is left out', () => {
    const [line] = linesOf([chunk(1, 1, 'a'.repeat(600))]);
    expect(shownText(line)).toMatch(/a … and 122 characters more, which the download has$/);
    expect(shownText(lines[0])).toBe(textOf(lines[0]));
  });

  it('say time, level, stage, message and what else there is', () => {
    expect(textOf(lines[2])).toMatch(/^\d\d:\d\d:25 info {2}train: slow {"seconds":3}$/);
    expect(fileLine(lines[2])).toBe('2026-11-20T19:18:25.000Z attempt 1 info  train: slow {"seconds":3}');
  });
});
