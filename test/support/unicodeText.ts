import fc from 'fast-check';

/** Every code point but halves of surrogate pairs; the way back lets fast-check mix in its texts that break programs, such as `__proto__`. */
const codePoint = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point), pointOf);

function pointOf(text: unknown): number {
  const [character, ...rest] = typeof text === 'string' ? text : '';
  if (character === undefined || rest.length > 0) throw new Error('it is not one character');
  return character.codePointAt(0) ?? 0;
}

/** Texts as `fc.string({ unit: 'binary' })` has them, without its table of a million characters, which takes a second to fill. */
export const unicodeText = (constraints: { maxLength?: number } = {}): fc.Arbitrary<string> =>
  fc.string({ ...constraints, unit: codePoint });
