import {
  isPresetReference,
  paths,
  presetRef,
  presetSchema,
  PRESET_SECTIONS,
  trainingSpecSchema,
  type PresetKind,
  type PresetReference,
  type PresetVersion,
  type TrainingSpec,
  type UnresolvedSpec,
} from '@trainyard/shared';
import { z } from 'zod';
import type { Configured, ControlPlane } from '../../controlPlane.js';
import { DomainError } from '../../errors/domainError.js';
import { parseSent } from '../../errors/parseSent.js';
import { refuseLocalFiles, refuseLocalQueries } from '../../presets/cloudSources.js';
import { parseVersion } from '../../presets/presets.js';
import { resolveGates, type GatedModel } from './resolveGates.js';
import type { DocumentReader } from '../../ports/documentStore/documentStore.js';

/** A specification with everything in its place, and the preset versions that it was made of. */
export interface ResolvedSpec {
  spec: TrainingSpec;
  presets: string[];
}

/**
 * Puts the content of presets in the place of their names, the gates of a set beside the others, the values of runs that gates
 * compare with into them, and the deployment's compute tiers where none are named. Refuses what the deployment does not have.
 */
export async function resolveSpec(
  cp: Configured & Pick<ControlPlane, 'objects'>,
  from: DocumentReader,
  unresolved: UnresolvedSpec,
  gatedModel: GatedModel,
): Promise<ResolvedSpec> {
  const presets: string[] = [];
  const content = async <K extends PresetKind>(
    kind: K,
    section: PresetReference,
  ): Promise<PresetVersion<K>['content']> => {
    const found = await readPresetVersion(from, kind, section);
    presets.push(presetRef(kind, section.preset, found.version));
    return found.content;
  };
  const { dataset, features, model, compute } = unresolved;
  const spec: TrainingSpec = {
    ...unresolved,
    dataset: isPresetReference(dataset) ? await content('datasets', dataset) : dataset,
    features: isPresetReference(features) ? await content('feature-configs', features) : features,
    model: isPresetReference(model) ? await content('model-configs', model) : model,
    compute: { ...compute, tiers: tierNames(cp, compute.tiers), ...prepareTier(cp, compute.prepare) },
  };
  refuseLocalFiles(cp, spec.dataset, ['spec', 'dataset']);
  refuseLocalQueries(cp, spec.outputs, ['spec', 'outputs']);
  const gates = await resolveGates(from, spec.evaluation, gatedModel);
  const gated = { ...spec, evaluation: { ...spec.evaluation, gates } };
  const isChanged = presets.length > 0 || spec.evaluation.gateSet !== null;
  return { spec: isChanged ? checked(gated) : gated, presets };
}

/** Sections that presets brought have to go together, and to have what is monitored and gated, by sets as well; no request's check has seen them. */
function checked(spec: TrainingSpec): TrainingSpec {
  parseSent(z.object({ spec: trainingSpecSchema }), { spec }, 'specification with its presets and gate set');
  return spec;
}

async function readPresetVersion<K extends PresetKind>(
  from: DocumentReader,
  kind: K,
  { preset: id, version: wanted }: PresetReference,
): Promise<PresetVersion<K>> {
  const pointer = `/spec/${PRESET_SECTIONS[kind]}/preset`;
  const preset = await from.get(paths.preset(kind, id));
  if (!preset) throw unknownPreset(pointer, `There is no preset "${id}" among ${kind}: create it first.`);
  const { latestVersion } = presetSchema.parse(preset.data);
  const version = wanted ?? latestVersion;
  const document = await from.get(paths.presetVersion(kind, id, version));
  const found = document && parseVersion(kind, document);
  if (!found || found.deleting) {
    const detail = `Preset "${id}" among ${kind} has no version ${version}; the newest is ${latestVersion}.`;
    throw unknownPreset(pointer, detail);
  }
  return found;
}

function unknownPreset(pointer: string, detail: string): DomainError {
  return new DomainError('unknown-preset', detail, { errors: [{ pointer, detail }] });
}

/** The tier of the data stages alone, as the specification says or else the deployment. */
function prepareTier(cp: Configured, wanted: string | null | undefined): { prepare?: string | null } {
  const prepare = wanted === undefined ? cp.config.prepareTier : wanted;
  if (prepare === null) return wanted === null ? { prepare } : {};
  checkTiers(cp, [prepare], '/spec/compute/prepare');
  return { prepare };
}

/** The tiers that the specification names, or all of the deployment's. */
function tierNames(cp: Configured, wanted: string[] | undefined): string[] {
  if (wanted) checkTiers(cp, wanted, '/spec/compute/tiers');
  return wanted ?? cp.config.tiers.map((tier) => tier.name);
}

function checkTiers(cp: Configured, wanted: readonly string[], pointer: string): void {
  const known = cp.config.tiers.map((tier) => tier.name);
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const list = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
  const detail = `Compute tier ${list(unknown)} does not exist here; there is ${list(known)}.`;
  throw new DomainError('unknown-tier', detail, {
    errors: [{ pointer, detail }],
  });
}
