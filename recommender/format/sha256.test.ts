import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256, sha256ByTheBook } from './sha256.js';

describe('SHA-256', () => {
  it('is what Node’s says, by the platform and by the book, wherever the bytes lie', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(9), async (content, shift) => {
        const bytes = new Uint8Array(content.length + shift).subarray(shift);
        bytes.set(content);
        const expected = createHash('sha256').update(content).digest('hex');
        expect(sha256ByTheBook(bytes)).toBe(expected);
        expect(await sha256(bytes)).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });
});
