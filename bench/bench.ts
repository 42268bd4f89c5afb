/** A claim that one command checks. */
export interface Bench {
  name: string;
  /** What is claimed, in one line. */
  claim: string;
  /** Flags beyond the name, as `--help` shows them. */
  usage?: string;
  run(args: string[]): Promise<BenchResult>;
}

export type BenchResult =
  | { figures: Record<string, number | string>; bar: string; pass: boolean }
  /** Something that the claim needs is not on this machine. */
  | { skipped: string };

/** The last line of a benchmark's output. */
export function resultLine(name: string, result: BenchResult): string {
  return JSON.stringify(
    'skipped' in result
      ? { bench: name, skipped: result.skipped }
      : { bench: name, ...result.figures, bar: result.bar, pass: result.pass },
  );
}

/** The middle value; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
