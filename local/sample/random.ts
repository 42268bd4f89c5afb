/**
 * A small seeded generator (sfc32): the same seed gives the same numbers on every machine and Node version. Not for
 * secrets.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** `stream` names what the numbers are for: streams of one seed are independent of each other. */
  constructor(seed: number, stream: string) {
    const [a, b, c] = seedWords(seed, stream);
    this.a = a;
    this.b = b;
    this.c = c;
    for (let i = 0; i < 12; i += 1) this.uint32();
  }

  /** 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** [0, 1). */
  float(): number {
    return this.uint32() / 4294967296;
  }

  /** An integer in [0, size). */
  below(size: number): number {
    return Math.floor(this.float() * size);
  }

  /** A standard normal number (Box–Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()));
    return radius * Math.cos(2 * Math.PI * this.float());
  }
}

/** FNV-1a over the name and the seed's bytes, stirred once per word. */
function seedWords(seed: number, stream: string): [number, number, number] {
  let hash = 0x811c9dc5;
  for (const code of `${stream}:${seed}`) hash = Math.imul(hash ^ (code.codePointAt(0) ?? 0), 0x01000193);
  const word = () => {
    hash = (hash + 0x9e3779b9) | 0;
    let mixed = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  return [word(), word(), word()];
}
