/** Which tiers have the memory that a run needs: those that do not are left out before anything is paid for. */
import {
  canonicalJson,
  floorOf,
  isLarger,
  leastSize,
  memoryNeed,
  misfitOf,
  paths,
  stageSchema,
  type KnownEntities,
  type MemoryFloor,
  type Run,
  type TrainingSpec,
} from '@trainyard/shared';
import type { Tier } from '../config.js';
import type { ControlPlane } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import { queries } from '../queries.js';
import { parseRun } from './repository.js';
import { tiersNamed } from './tiers.js';

/**
 * The least memory that a run takes: by the tables whose sizes the specification declares, and by the users and items of the model's
 * newest completed run where that was on the same data. Null where no tier tells its machine, so that nothing could follow from it.
 */
export async function memoryFloorOf(
  cp: ControlPlane,
  modelId: string,
  spec: TrainingSpec,
): Promise<MemoryFloor | null> {
  if (!tiersNamed(cp, spec.compute.tiers).some(({ machine }) => machine)) return null;
  const known = await knownEntities(cp, modelId, spec);
  return floorOf(memoryNeed(leastSize(spec, known), spec));
}

const UNKNOWN: KnownEntities = { queries: 1, items: 1 };

async function knownEntities(cp: ControlPlane, modelId: string, spec: TrainingSpec): Promise<KnownEntities> {
  const [document] = await cp.store.query(
    queries.runsOfModel(modelId, { status: 'completed' }, { limit: 1 }),
  );
  const basis = document && parseRun(document);
  if (!basis || canonicalJson(basis.spec.dataset) !== canonicalJson(spec.dataset)) return UNKNOWN;
  const stage = await cp.store.get(paths.stage(basis.runId, 'transform'));
  const counts = stage && stageSchema.parse(stage.data).counts;
  return { queries: counts?.['queries'] ?? 1, items: counts?.['items'] ?? 1 };
}

/** Why a tier is too small for a run, in words; undefined where it may do. */
export function tooSmall(
  cp: ControlPlane,
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
  cp: ControlPlane,
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
