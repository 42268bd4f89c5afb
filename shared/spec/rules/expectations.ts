/** Expectations that no data could meet. */
import type { Dataset } from '../dataset.js';
import type { RuleBroken } from '../modelRules.js';

type Bound = number | string | undefined;

export function brokenExpectationRules({ expectations }: Pick<Dataset, 'expectations'>): RuleBroken[] {
  return expectations.flatMap((expectation, i) => {
    const names = BOUNDS[expectation.expect];
    if (!names) return [];
    const [low, high] = names.map((name): Bound => Reflect.get(expectation, name));
    const strict = 'strict' in expectation && expectation.strict;
    if (!isNothingBetween(low, high, strict)) return [];
    const [least, greatest] = names;
    const how = low === high ? 'is not below' : 'is above';
    const message = `${least} ${low} ${how} ${greatest} ${high}: no data would meet it; correct one of the two, or leave it out`;
    return [{ path: ['dataset', 'expectations', i], message }];
  });
}

/** The keys of the lower and the upper bound, of the kinds that have both. */
const BOUNDS: Readonly<Record<string, readonly [string, string]>> = {
  range: ['min', 'max'],
  rows: ['atLeast', 'atMost'],
  volume: ['atLeast', 'atMost'],
};

/** Texts are bounds of times. */
function isNothingBetween(low: Bound, high: Bound, strict: boolean): boolean {
  if (low === undefined || high === undefined || typeof low !== typeof high) return false;
  const [from, to] = [numberOf(low), numberOf(high)];
  return from > to || (strict && from === to);
}

const numberOf = (bound: number | string) => (typeof bound === 'string' ? Date.parse(bound) : bound);
