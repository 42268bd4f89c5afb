import { describe, expect, it } from 'vitest';
import { BROKEN_CONNECTION, isTransientStatus, saysBrokenConnection } from './transient.js';

/** Everything that a status can be: RFC 9110, section 15. */
const STATUSES = Array.from({ length: 500 }, (_, index) => 100 + index);

describe('a status that passes', () => {
  it('is 408, 429 or any of the hundred that say that the server failed, and no other', () => {
    const failures = Array.from({ length: 100 }, (_, index) => 500 + index);
    expect(STATUSES.filter(isTransientStatus)).toEqual([408, 429, ...failures]);
  });

  it.each([0, 1, 14, 99, 600, 999, Number.NaN])('is not %d, which is no status', (code) => {
    expect(isTransientStatus(code)).toBe(false);
  });
});

describe('a connection that broke', () => {
  it.each(['Premature close', 'socket hang up', 'network timeout at: https://x', 'aborted'])(
    'is told by "%s"',
    (message) => {
      expect(saysBrokenConnection(message)).toBe(true);
    },
  );

  it.each(['the bucket is gone', 'the upload was aborted by its owner', ''])(
    'is not told by "%s"',
    (message) => {
      expect(saysBrokenConnection(message)).toBe(false);
    },
  );

  it('has codes that are those of Node or of its streams', () => {
    expect(
      BROKEN_CONNECTION.every((code) => /^(E[A-Z]+|EAI_AGAIN|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)),
    ).toBe(true);
  });
});
