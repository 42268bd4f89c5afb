import { parsedJson, PRICES, priceOverridesSchema, usdPerHourOf } from '@trainyard/shared';
import type { Check, Project } from './project.js';
import { tiersOf } from './tiers.js';

const OLD_MONTHS = 24;

/** Estimates and budgets are counted with a dated table: an old one counts wrong, and of a tier without a price nothing is counted. */
export const prices: Check = {
  name: 'prices',
  permission: '',
  async run(project, { ok, warning }) {
    const { now } = project;
    const months = (asOf: string) => {
      const [year = 0, month = 12] = asOf.split('-').map(Number);
      return (now.getUTCFullYear() - year) * 12 + now.getUTCMonth() + 1 - month;
    };
    const dates = PRICES.flatMap(({ asOf }) => asOf ?? []);
    const oldest = dates.reduce((a, b) => (months(a) >= months(b) ? a : b));
    const old = dates.filter((asOf) => months(asOf) > OLD_MONTHS).length;
    const unpriced = await withoutPrice(project);
    return [
      old > 0
        ? warning(
            `${old} of ${dates.length} prices are more than two years old, the oldest of ${oldest}: give newer ones in TRAINYARD_PRICES, as docs/cost.md says`,
          )
        : ok(`the price table is of ${oldest} and later`),
      ...(unpriced.length === 0
        ? []
        : [
            warning(
              `compute tier ${unpriced.join(', ')} has no price: what runs there counts as $0.00, so that no monthly budget limits it; set usdPerHour of the tier or TRAINYARD_PRICES`,
            ),
          ]),
    ];
  },
};

async function withoutPrice(project: Project): Promise<string[]> {
  const dispatch = (await project.functions()).find(({ name }) => name === 'trainyard-dispatch');
  const text = dispatch?.serviceConfig.environmentVariables['TRAINYARD_PRICES'];
  const given = priceOverridesSchema.safeParse(text === undefined ? [] : parsedJson(text));
  // Prices that cannot be read are what the check of the functions finds.
  const table = [...(given.success ? given.data : []), ...PRICES];
  return (await tiersOf(project)).flatMap(({ name, usdPerHour, machine }) =>
    usdPerHour === null && (machine === null || usdPerHourOf(machine, table) === null) ? [name] : [],
  );
}
