/** A place among the scores, and the score there. */
export interface Found {
  index: number;
  score: number;
}

/** The best of what it is shown; of equal scores, the lower index. A heap, whose worst is at 0 and whose children of i, which are better, at 2i + 1 and 2i + 2. */
export class Best {
  private readonly indices: Int32Array;
  private readonly scores: Float64Array;
  private count = 0;

  /** Holds at most `k`, and never more than `items`. */
  constructor(k: number, items: number) {
    const places = Math.min(k, items);
    this.indices = new Int32Array(places);
    this.scores = new Float64Array(places);
  }

  /** How many it holds. */
  get size(): number {
    return this.count;
  }

  /** How many it holds at most. */
  get places(): number {
    return this.scores.length;
  }

  get isFull(): boolean {
    return this.count === this.scores.length;
  }

  /** What a score must be above, at a higher index than all that were shown, to be among the best. */
  get threshold(): number {
    return this.count < this.scores.length || this.count === 0 ? -Infinity : this.scores[0]!;
  }

  /** Whether `add` would keep it. */
  wouldKeep(index: number, score: number): boolean {
    return this.count < this.scores.length || this.isBetter(index, score, 0);
  }

  add(index: number, score: number): void {
    if (this.count < this.scores.length) this.siftUp(index, score);
    else if (this.isBetter(index, score, 0)) this.siftDown(index, score);
  }

  /** Takes all of them out, best first. */
  drained(): Found[] {
    const worstFirst: Found[] = [];
    while (this.count > 0) {
      const last = this.count - 1;
      worstFirst.push({ index: this.indices[0]!, score: this.scores[0]! });
      this.count = last;
      if (last > 0) this.siftDown(this.indices[last]!, this.scores[last]!);
    }
    return worstFirst.toReversed();
  }

  /** Than the one at a place of the heap. */
  private isBetter(index: number, score: number, at: number): boolean {
    const other = this.scores[at]!;
    return score > other || (score === other && index < this.indices[at]!);
  }

  private siftUp(index: number, score: number): void {
    let at = this.count++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.isBetter(index, score, parent)) break;
      this.move(parent, at);
      at = parent;
    }
    this.put(at, index, score);
  }

  private siftDown(index: number, score: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.count) break;
      const other = child + 1;
      if (other < this.count && this.isBetter(this.indices[child]!, this.scores[child]!, other))
        child = other;
      // The worse of the two children comes up, as long as it is worse than what is put in.
      if (!this.isBetter(index, score, child)) break;
      this.move(child, at);
      at = child;
    }
    this.put(at, index, score);
  }

  private move(from: number, to: number): void {
    this.put(to, this.indices[from]!, this.scores[from]!);
  }

  private put(at: number, index: number, score: number): void {
    this.indices[at] = index;
    this.scores[at] = score;
  }
}
