import { BUILT_IN_GATE_SETS } from './builtInGateSets.js';
import type { Evaluation } from './evaluation.js';
import type { Gate } from './gate.js';
import type { GateSets } from './gateSets.js';

/**
 * The gates of a specification and those of its set as it is now: a model's own, or else a built-in one. Those that it has of the
 * same set from an earlier start are replaced, and kept where the set is no more; undefined where there are none either.
 */
export function gatesWithSet(
  { gates, gateSet }: Pick<Evaluation, 'gates' | 'gateSet'>,
  sets: GateSets,
): Gate[] | undefined {
  if (gateSet === null) return gates;
  const others = gates.filter(({ set }) => set !== gateSet);
  const content = [sets, BUILT_IN_GATE_SETS].find((known) => Object.hasOwn(known, gateSet))?.[gateSet];
  if (content) return [...others, ...content.map((gate) => ({ ...gate, set: gateSet }))];
  return gates.length > others.length ? gates : undefined;
}
