import {
  quickened,
  type QuickTest,
  type QuickTestRecord,
  type QuickTiers,
  type UnresolvedSpec,
} from '@trainyard/shared';
import type { Configured, ControlPlane } from '../../controlPlane.js';
import type { DocumentReader } from '../../ports/documentStore/documentStore.js';
import { tierPrice, tiersNamed, uncountedTiers } from '../tiers.js';
import type { GatedModel } from './resolveGates.js';
import { resolveSpec, type ResolvedSpec } from './resolveSpec.js';

/** The specification that a run is started with, and what a quick test leaves out of it. */
export interface ResolvedStart extends ResolvedSpec {
  quickTest?: QuickTestRecord;
}

/** Resolves the specification of a request; that of a quick test is then made small and cheap. */
export async function resolveStart(
  cp: Configured & Pick<ControlPlane, 'objects'>,
  from: DocumentReader,
  unresolved: UnresolvedSpec,
  { model, quickTest }: { model: GatedModel; quickTest: QuickTest | undefined },
): Promise<ResolvedStart> {
  const resolved = await resolveSpec(cp, from, unresolved, model);
  if (!quickTest) return resolved;
  const { spec, cuts } = quickened(resolved.spec, quickTest, cheapestFirst(cp, resolved.spec.compute.tiers));
  return { ...resolved, spec, quickTest: { cuts } };
}

/**
 * Tiers by their price, equal ones in their order. A machine of one's own costs nothing; a rented one without a price is left out, for
 * no limit could be kept there, unless there are no others.
 */
function cheapestFirst(cp: Configured, names: readonly string[] | undefined): QuickTiers {
  const all = tiersNamed(cp, names).map((tier) => ({
    name: tier.name,
    price: tierPrice(cp, tier) ?? (tier.machine ? null : 0),
  }));
  const priced = all.flatMap(({ name, price }) => (price === null ? [] : { name, price }));
  const isPriced = priced.length > 0;
  const tiers = (isPriced ? priced.toSorted((a, b) => a.price - b.price) : all).map(({ name }) => name);
  return { tiers, uncounted: uncountedTiers(cp, tiers), isPriced };
}
