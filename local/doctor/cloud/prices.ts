import { PRICES } from '@trainyard/shared';
import type { Check } from './project.js';

const OLD_MONTHS = 24;

/** Estimates and budgets are counted with a dated table: an old one counts wrong. */
export const prices: Check = {
  name: 'prices',
  permission: '',
  run({ now }, { ok, warning }) {
    const months = (asOf: string) => {
      const [year = 0, month = 12] = asOf.split('-').map(Number);
      return (now.getUTCFullYear() - year) * 12 + now.getUTCMonth() + 1 - month;
    };
    const dates = PRICES.flatMap(({ asOf }) => asOf ?? []);
    const oldest = dates.reduce((a, b) => (months(a) >= months(b) ? a : b));
    const old = dates.filter((asOf) => months(asOf) > OLD_MONTHS).length;
    return Promise.resolve([
      old > 0
        ? warning(
            `${old} of ${dates.length} prices are more than two years old, the oldest of ${oldest}: give newer ones in TRAINYARD_PRICES, as docs/cost.md says`,
          )
        : ok(`the price table is of ${oldest} and later`),
    ]);
  },
};
