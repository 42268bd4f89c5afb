/** Which tiers have the memory that a run needs: those that do not are left out before anything is paid for. */
import {
  canonicalJson,
  floorOf,
  isLarger,
  leastSize,
  memoryNeed,
  misfitOf,
  type KnownEntities,
  type MemoryFloor,
  type Run,
  type TrainingSpec,
} from '@trainyard/shared';
import type { Tier } from '../config.js';
import type { Configured } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import type { Basis } from './basis.js';
import { tiersNamed } from './tiers.js';

/** Whether any tier of a specification tells its machine, so that something follows from the memory that a run needs. */
export function tellsMemory(cp: Configured, spec: TrainingSpec): boolean {
  return tiersNamed(cp, spec.compute.tiers).some(({ machine }) => machine);
}

/**
 * The least memory that a run takes: by the tables whose sizes the specification declares, and by the users and items of the model's
 * newest completed run where that was on the same data. Null where no tier tells its machine.
 */
export function memoryFloorOf(
  cp: Configured,
  spec: TrainingSpec,
  basis: Basis | undefined,
): MemoryFloor | null {
  if (!tellsMemory(cp, spec)) return null;
  return floorOf(memoryNeed(leastSize(spec, knownEntities(spec, basis)), spec));
}

const UNKNOWN: KnownEntities = { queries: 1, items: 1 };

function knownEntities(spec: TrainingSpec, basis: Basis | undefined): KnownEntities {
  if (!basis || canonicalJson(basis.run.spec.dataset) !== canonicalJson(spec.dataset)) return UNKNOWN;
  const counts = basis.stages.find(({ stage }) => stage === 'transform')?.counts;
  return { queries: counts?.['queries'] ?? 1, items: counts?.['items'] ?? 1 };
}

/** Why a tier is too small for a run, in words; undefined where it may do. */
export function tooSmall(
  cp: Configured,
  { phase, memoryFloor, outgrown }: Pick<Run, 'phase' | 'memoryFloor' | 'outgrown'>,
  { machine }: Tier,
): string | undefined {
  // The data is prepared in whatever memory there is.
  if (!machine || phase === 'prepare') return undefined;
  const misfit = memoryFloor && misfitOf(memoryFloor, machine);
  if (misfit) return misfit;
  const before = cp.config.tiers.find(
    (tier) => outgrown.includes(tier.name) && tier.machine && !isLarger(machine, tier.machine),
  );
  return before && `it has no more memory than ${before.name}, which had too little`;
}

/** Why no tier of a run will do, with what each of them lacks; undefined where one may. */
export function noTierFits(
  cp: Configured,
  spec: TrainingSpec,
  memoryFloor: MemoryFloor | null,
): DomainError | undefined {
  const tiers = tiersNamed(cp, spec.compute.tiers);
  const misfits = tiers.flatMap((tier) => {
    const reason = tooSmall(cp, { phase: null, memoryFloor, outgrown: [] }, tier);
    return reason === undefined ? [] : [`${tier.name}: ${reason}`];
  });
  if (misfits.length < tiers.length || tiers.length === 0) return undefined;
  const fitting = cp.config.tiers
    .filter((tier) => !tooSmall(cp, { phase: null, memoryFloor, outgrown: [] }, tier))
    .map(({ name }) => name);
  const instead = fitting.length > 0 ? `name ${fitting.join(' or ')} in compute.tiers` : 'add a larger tier';
  const detail = `No compute tier of the run has the memory that it needs (${misfits.join('; ')}): ${instead}, lower training.batchSize or the dims and buckets of its features, or set maxSize.`;
  return new DomainError('does-not-fit', detail, {
    errors: [{ pointer: '/spec/compute/tiers', detail }],
  });
}
