/** A limit of the cost says nothing of tiers that have no price: that is told wherever the limit is. */

/** What such a limit, `a budget of $5.00` say, is worth among these tiers; empty where each of them has a price. */
export function uncountedWords(
  limit: string,
  { tiers, uncounted }: { tiers: readonly string[]; uncounted: readonly string[] },
): string {
  if (uncounted.length === 0) return '';
  const named = `compute tier${uncounted.length === 1 ? '' : 's'} ${uncounted.join(', ')}`;
  const has = uncounted.length === 1 ? 'has' : 'have';
  return uncounted.length >= tiers.length
    ? `${limit} limits nothing: ${named} ${has} no price, so that what runs there counts as $0.00`
    : `${limit} does not count what runs on ${named}, which ${has} no price`;
}
