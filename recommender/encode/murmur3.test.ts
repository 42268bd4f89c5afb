import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unicodeText } from '../../test/support/unicodeText.js';
import { bucketOf, murmur3 } from './murmur3.js';

describe('murmur3', () => {
  // From https://github.com/aappleby/smhasher/wiki and https://stackoverflow.com/a/31929528.
  it.each<[string, Buffer, number, number]>([
    ['nothing', Buffer.from(''), 0, 0],
    ['nothing, seed 1', Buffer.from(''), 1, 0x514e28b7],
    ['nothing, the largest seed', Buffer.from(''), 0xffffffff, 0x81f16f39],
    ['four high bytes', Buffer.from('ffffffff', 'hex'), 0, 0x76293b50],
    ['four bytes', Buffer.from('21436587', 'hex'), 0, 0xf55b516b],
    ['four bytes, a seed', Buffer.from('21436587', 'hex'), 0x5082edee, 0x2362f9de],
    ['three bytes', Buffer.from('214365', 'hex'), 0, 0x7e4a8634],
    ['two bytes', Buffer.from('2143', 'hex'), 0, 0xa0f7b07a],
    ['one byte', Buffer.from('21', 'hex'), 0, 0x72661cf4],
    ['four zeros', Buffer.from('00000000', 'hex'), 0, 0x2362f9de],
    ['a text', Buffer.from('Hello, world!'), 0x9747b28c, 0x24884cba],
    ['a text beyond ASCII', Buffer.from('ππππππππ'), 0x9747b28c, 0xd58063c1],
    ['a sentence', Buffer.from('The quick brown fox jumps over the lazy dog'), 0x9747b28c, 0x2fa826cd],
  ])('of %s is the published one', (_what, bytes, seed, hash) => {
    expect(murmur3(bytes, seed)).toBe(hash);
  });
});

describe('the bucket of a text', () => {
  it('is that of the hash of its UTF-8, whatever the text before it was', () => {
    const texts = unicodeText({ maxLength: 60 });
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 20 }), (several) => {
        for (const text of several)
          expect(bucketOf(text, 1009)).toBe(murmur3(new TextEncoder().encode(text)) % 1009);
      }),
    );
  });

  it('takes texts of any length, and half a surrogate pair', () => {
    for (const text of ['', '\ud83d', 'a\udc00b', 'é'.repeat(100_000), 'x'.repeat(100_000)])
      expect(bucketOf(text, 1009)).toBe(murmur3(new TextEncoder().encode(text)) % 1009);
  });
});
