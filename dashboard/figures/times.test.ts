import { describe, expect, it } from 'vitest';
import { ago, duration, secondsBetween } from './times.js';

describe('a duration', () => {
  it.each([
    [0.4, '0 s'],
    [59.6, '1 min 00 s'],
    [245, '4 min 05 s'],
    [4980, '1 h 23 min'],
    [-3, '0 s'],
  ])('of %d seconds is %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe('an instant', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  it('is told by how long ago it was', () => {
    expect(ago('2026-01-01T11:55:00Z', now)).toMatch(/^5\D+ago$/);
    expect(ago('2025-12-30T12:00:00Z', now)).toMatch(/^2\D+ago$/);
  });

  it('is counted to now where there is no end', () => {
    expect(secondsBetween('2026-01-01T11:59:00Z', null, now)).toBe(60);
    expect(secondsBetween('2026-01-01T11:59:00Z', '2026-01-01T11:59:30Z', now)).toBe(30);
  });
});
