import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unicodeText } from '../test/support/unicodeText.js';
import { cutText } from './cutText.js';

const HALF = /\p{Surrogate}/u;

describe('a text that is cut', () => {
  it('is a beginning of it that is as long as allowed, and Unicode where the text was', () => {
    fc.assert(
      fc.property(unicodeText(), fc.integer({ min: 1, max: 12 }), (text, most) => {
        const cut = cutText(text, most);
        expect(text.startsWith(cut)).toBe(true);
        expect(HALF.test(cut)).toBe(false);
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(text.length, most - 1));
        expect(cut.length).toBeLessThanOrEqual(most);
      }),
    );
  });
});
