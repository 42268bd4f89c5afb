/**
 * What came of reading one value as another type, told by SQL beside the value itself so that one pass counts all of them. Null where
 * there was no value. A unit is that which a number tells by its size; `ok` is also a number in the unit that the specification names.
 */
import type { TimeUnit } from '@trainyard/shared';
import { literal } from '../database.js';

type Verdict = 'ok' | 'failed' | 'changed' | 'implausible' | TimeUnit;
const VERDICTS: readonly Verdict[] = ['ok', 'failed', 'changed', 'implausible', 's', 'ms', 'us', 'ns'];
export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** SQL of counts by verdict, each named `prefix` and the verdict. */
export function verdictCountsSql(verdict: string, prefix: string): string[] {
  return VERDICTS.map((one) => `count(*) FILTER (${verdict} = ${literal(one)}) AS ${prefix}_${one}`);
}

export function verdictCountsOf(counts: Readonly<Record<string, number>>, prefix: string): VerdictCounts {
  const of = (verdict: Verdict) => counts[`${prefix}_${verdict}`] ?? 0;
  return {
    ok: of('ok'),
    failed: of('failed'),
    changed: of('changed'),
    implausible: of('implausible'),
    s: of('s'),
    ms: of('ms'),
    us: of('us'),
    ns: of('ns'),
  };
}

/** Values that there are, whatever came of them. */
export function presentOf(counts: VerdictCounts): number {
  return VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0);
}
