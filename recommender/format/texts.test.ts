import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packTexts } from '../../trainer-job/data/typedFiles.js';
import { packedTexts, unpackTexts } from './texts.js';

describe('a packed list of texts', () => {
  it('comes back as it was, wherever it lies in memory', () => {
    const texts = fc.array(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant('\ufeffmark')));
    fc.assert(
      fc.property(texts, fc.nat(7), (list, shift) => {
        const packed = packTexts(list);
        const moved = new Uint8Array(packed.length + shift);
        moved.set(packed, shift);
        expect(unpackTexts(moved.subarray(shift), list.length)).toEqual(list);
        const one = (i: number) => packedTexts(moved.subarray(shift), list.length).at(i);
        expect(list.map((_, i) => one(i))).toEqual(list);
      }),
    );
  });

  it('gives single texts as it gives all, however many are asked for', () => {
    const list = Array.from({ length: 100 }, (_, i) => (i % 7 === 0 ? `Größe ${i}` : `item ${i}`));
    const texts = packedTexts(packTexts(list), list.length);
    expect(list.map((_, i) => texts.at(99 - i))).toEqual(list.toReversed());
    expect(texts.all()).toEqual(list);
    expect(texts.all()).toBe(texts.all());
  });

  it('is refused where it is cut off', () => {
    const packed = packTexts(['one', 'two']);
    expect(() => unpackTexts(packed.subarray(0, -1), 2)).toThrow(/cut off/);
    expect(() => unpackTexts(packed.subarray(0, 3), 2)).toThrow(/cut off/);
    expect(() => unpackTexts(packed, 3)).toThrow(/cut off/);
  });
});
