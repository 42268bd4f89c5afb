/** Scores blocks of queries in host memory, a tile of items at a time: no more than those of four queries are there at once. */
import type { BlockScores, QueryBlock, ScoredItems } from './queryBlock.js';
import { withoutExcluded } from './excludedRanks.js';
import { PANEL, QUERIES, scoreKernel, THRESHOLDS, TILE } from './scoreKernel.js';

/** So many queries share what a tile costs to be laid out. */
export const QUERIES_TOGETHER = 256;

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
/** From here on a sum of exponentials may lack some of them. */
const LARGEST_SUM = 2 ** 118;

export class KernelScorer {
  private memory = new KernelMemory(0, 0);

  constructor(private readonly catalogue: ScoredItems) {}

  score(block: QueryBlock): BlockScores {
    const queries = block.starts.length - 1;
    const ranks = new Int32Array(block.items.length);
    let loss = 0;
    for (let from = 0; from < queries; from += QUERIES_TOGETHER) {
      loss += this.scoreSome(block, from, Math.min(from + QUERIES_TOGETHER, queries), ranks);
    }
    return { loss, ranks };
  }

  /** Sets the ranks of the targets of the queries from `from` to `to`; returns their loss. */
  private scoreSome(block: QueryBlock, from: number, to: number, ranks: Int32Array): number {
    const { width, items, depth } = this.catalogue;
    const [begin, end] = [block.starts[from]!, block.starts[to]!];
    if (!this.memory.holds(width, end - begin)) this.memory = new KernelMemory(width, end - begin);
    const pass = new Pass(this.memory, { ...block, vectors: items, width, from, to });
    for (let first = 0; first < items.length / width; first += TILE) pass.take(first);
    const targets = { starts: block.starts, scores: pass.own };
    for (let t = begin; t < end; t++) ranks[t] = this.memory.count(t - begin);
    if (block.excluded) {
      const left = { start: block.excluded.start, scores: pass.excludedScores };
      withoutExcluded(ranks, targets, left, depth, [from, to]);
    }
    let loss = 0;
    for (let q = from; q < to; q++) {
      const logSum = pass.logSum(q);
      for (let t = block.starts[q]!; t < block.starts[q + 1]!; t++) {
        ranks[t] = Math.min(ranks[t]!, depth);
        loss += block.rows[t]! * (logSum - pass.own[t]!);
      }
    }
    return loss;
  }
}

/** What the kernel works in: a tile of items, the queries, the scores of four of them, thresholds and counts. */
class KernelMemory {
  readonly kernel;
  readonly floats: Float32Array;
  private readonly integers: Int32Array;
  /** Where each begins, in floats. */
  readonly at;

  constructor(
    private readonly width: number,
    private readonly targets: number,
  ) {
    const sizes = {
      tile: TILE * width,
      queries: QUERIES_TOGETHER * width,
      scores: QUERIES * TILE,
      sums: 4,
      counts: targets * 4,
      thresholds: targets,
    };
    let length = 0;
    const next = (size: number) => (length += size) - size;
    this.at = {
      tile: next(sizes.tile),
      queries: next(sizes.queries),
      scores: next(sizes.scores),
      sums: next(sizes.sums),
      counts: next(sizes.counts),
      thresholds: next(sizes.thresholds),
    };
    const { buffer, kernel } = scoreKernel(length * FLOAT);
    this.kernel = kernel;
    this.floats = new Float32Array(buffer);
    this.integers = new Int32Array(buffer);
  }

  holds(width: number, targets: number): boolean {
    return width === this.width && targets <= this.targets;
  }

  clearCounts(): void {
    this.integers.fill(0, this.at.counts, this.at.counts + this.targets * 4);
  }

  /** Of a threshold. */
  count(target: number): number {
    const place = this.at.counts + target * 4;
    let sum = 0;
    for (let i = place; i < place + 4; i++) sum += this.integers[i]!;
    return sum;
  }
}

interface Asked extends QueryBlock {
  /** [items, width] */
  vectors: Float32Array;
  width: number;
  /** Of the block, the queries of this pass. */
  from: number;
  to: number;
}

/** Some queries against the whole catalogue. */
class Pass {
  /** [targets of the block] the scores of the targets. */
  readonly own: Float32Array;
  /** [what is left out of the block] */
  readonly excludedScores: Float32Array;
  /** [queries] Σ exp(score - reference), and how far the left out items have been met. */
  private readonly references: Float32Array;
  private readonly sums: Float64Array;
  private readonly met: Int32Array;

  constructor(
    private readonly memory: KernelMemory,
    private readonly asked: Asked,
  ) {
    const { from, to, starts, items, excluded, queries, vectors, width } = asked;
    const { floats, at } = memory;
    memory.clearCounts();
    this.own = new Float32Array(items.length);
    this.excludedScores = new Float32Array(excluded?.items.length ?? 0);
    // A sum of exponentials then has a 1 in it, that of the target itself.
    this.references = new Float32Array(to - from).fill(-Infinity);
    this.sums = new Float64Array(to - from);
    this.met = excluded ? excluded.start.slice(from, to) : new Int32Array(0);
    floats.fill(0, at.queries, at.queries + QUERIES_TOGETHER * width);
    for (let q = from; q < to; q++) {
      const slot = q - from;
      const place = at.queries + (slot - (slot % QUERIES)) * width + (slot % QUERIES);
      for (let c = 0; c < width; c++) floats[place + c * QUERIES] = queries[q * width + c]!;
      for (let t = starts[q]!; t < starts[q + 1]!; t++) {
        const score = scoreOf(queries, q * width, vectors, (items[t]! - 1) * width, width);
        this.own[t] = score;
        floats[at.thresholds + t - starts[from]!] = score;
        if (score > this.references[slot]!) this.references[slot] = score;
      }
      // Of a query without targets nobody asks for anything.
      if (starts[q] === starts[q + 1]) this.references[slot] = 0;
    }
  }

  logSum(q: number): number {
    const slot = q - this.asked.from;
    return this.references[slot]! + Math.log(this.sums[slot]!);
  }

  /** The items from `first` on that a tile holds. */
  take(first: number): void {
    const { kernel, floats, at } = this.memory;
    const { vectors, width, from, to } = this.asked;
    const count = Math.min(TILE, vectors.length / width - first);
    const padded = Math.ceil(count / PANEL) * PANEL;
    layOut(floats, at.tile, vectors.subarray(first * width, (first + count) * width), width);
    for (let slot = 0; slot < to - from; slot += QUERIES) {
      const queries = (at.queries + slot * width) * FLOAT;
      const scores = at.scores * FLOAT;
      const queriesEnd = queries + QUERIES * width * FLOAT;
      kernel.multiply(at.tile * FLOAT, queries, queriesEnd, scores, scores + padded * FLOAT);
      for (let i = 0; i < Math.min(QUERIES, to - from - slot); i++) {
        const row = at.scores + i * TILE;
        // What fills the last panel is below everything.
        floats.fill(-Infinity, row + count, row + padded);
        this.takeScores(from + slot + i, row, padded);
        this.takeExcluded(from + slot + i, row, first, count);
      }
    }
  }

  /** Scores of query `q`, which begin at `row`. */
  private takeScores(q: number, row: number, count: number): void {
    const { kernel, at } = this.memory;
    const { starts, from } = this.asked;
    const [begin, end] = [row * FLOAT, (row + count) * FLOAT];
    this.takeSum(q - from, row, count);
    const last = starts[q + 1]! - starts[from]!;
    for (let t = starts[q]! - starts[from]!; t < last;) {
      const [threshold, counts] = [(at.thresholds + t) * FLOAT, (at.counts + t * 4) * FLOAT];
      if (last - t < THRESHOLDS) {
        kernel.countAbove(begin, end, threshold, counts);
        t += 1;
      } else {
        kernel.countAboveEach(begin, end, threshold, counts);
        t += THRESHOLDS;
      }
    }
  }

  private takeSum(slot: number, row: number, count: number): void {
    const { floats } = this.memory;
    const sum = this.sumOfExp(row, count, this.references[slot]!);
    if (this.sums[slot]! + sum < LARGEST_SUM) {
      this.sums[slot]! += sum;
      return;
    }
    const before = this.references[slot]!;
    const highest = floats.subarray(row, row + count).reduce((most, score) => Math.max(most, score), before);
    this.references[slot] = highest;
    this.sums[slot] = this.sums[slot]! * Math.exp(before - highest) + this.sumOfExp(row, count, highest);
  }

  private sumOfExp(row: number, count: number, reference: number): number {
    const { kernel, floats, at } = this.memory;
    kernel.sumOfExp(row * FLOAT, (row + count) * FLOAT, reference, at.sums * FLOAT);
    return floats[at.sums]! + floats[at.sums + 1]! + floats[at.sums + 2]! + floats[at.sums + 3]!;
  }

  private takeExcluded(q: number, row: number, first: number, count: number): void {
    const { excluded, from } = this.asked;
    if (!excluded) return;
    const end = excluded.start[q + 1]!;
    let at = this.met[q - from]!;
    for (; at < end && excluded.items[at]! - 1 < first + count; at++) {
      this.excludedScores[at] = this.memory.floats[row + excluded.items[at]! - 1 - first]!;
    }
    this.met[q - from] = at;
  }
}

/** To the last bit what the kernel computes. */
function scoreOf(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, width: number): number {
  let score = 0;
  for (let c = 0; c < width; c++) score = Math.fround(score + Math.fround(a[aFrom + c]! * b[bFrom + c]!));
  return score;
}

/** vectors [items, width] as panels [panels, width, 8]. */
function layOut(floats: Float32Array, at: number, vectors: Float32Array, width: number): void {
  for (let item = 0, from = 0; from < vectors.length; item++) {
    let to = at + (item - (item % PANEL)) * width + (item % PANEL);
    for (let c = 0; c < width; c++, to += PANEL) floats[to] = vectors[from++]!;
  }
}
