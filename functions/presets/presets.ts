/** Presets: named sections of specifications, in versions that never change. */
import {
  digestOf,
  paths,
  presetRef,
  presetSchema,
  presetVersionSchema,
  presetVersionSchemas,
  type Dataset,
  type Preset,
  type PresetKind,
  type PresetVersion,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { DomainError, notFound } from '../errors/domainError.js';
import type { DocumentReader, StoredDocument, Transaction } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';
import { idempotencySlot, once, type Done } from '../idempotency.js';
import { refuseLocalFiles } from './cloudSources.js';

export interface PresetRequest<K extends PresetKind> {
  kind: K;
  id: string;
  /** Left as it is unless given. */
  description: string | undefined;
  content: PresetVersion<K>['content'];
  by: string;
  idempotencyKey: string | undefined;
}

export interface StoredPreset<K extends PresetKind> {
  preset: Preset;
  version: PresetVersion<K>;
}

/** What saving a preset came to; older records hold the number of the version alone. */
const outcomeSchemaOf = (kind: PresetKind) =>
  z.union([
    z.strictObject({ preset: presetSchema, version: presetVersionSchemas[kind], created: z.boolean() }),
    z.strictObject({ version: presetVersionSchema }),
  ]);
export type SavedPreset<K extends PresetKind> = StoredPreset<K> & { created: boolean };

/** Makes a preset, or its next version; content equal to the newest version's makes none. `created` tells which. */
export function savePreset<K extends PresetKind>(
  cp: Pick<ControlPlane, 'store' | 'objects' | 'now'>,
  request: PresetRequest<K>,
): Promise<Done<SavedPreset<K>>> {
  const { kind, id, description, content, by, idempotencyKey } = request;
  // The content has the type that belongs to the kind; the compiler cannot follow it.
  if (kind === 'datasets') refuseLocalFiles(cp, content as Dataset, ['content']);
  const slot = idempotencySlot(by, idempotencyKey, { kind, id, description, content });
  return cp.store.transaction(async (tx) => {
    const now = cp.now();
    const { outcome, isReplay } = await once(tx, slot, outcomeSchemaOf(kind), now, () =>
      save(tx, request, now),
    );
    // The kind is that of the request, which the key fixes.
    if ('preset' in outcome) return { outcome: outcome as SavedPreset<K>, isReplay };
    return { outcome: { ...(await readPreset(tx, kind, id, outcome.version)), created: false }, isReplay };
  });
}

async function save<K extends PresetKind>(
  tx: Transaction,
  { kind, id, description, content, by }: PresetRequest<K>,
  now: Date,
): Promise<SavedPreset<K>> {
  const known = await tx.get(paths.preset(kind, id));
  const before = known && presetSchema.parse(known.data);
  const newest = before && (await readVersion(tx, kind, id, before.latestVersion));
  const digest = digestOf(content);
  const at = now.toISOString();
  const isSame = newest?.digest === digest && !newest.deleting;
  const version = isSame ? newest.version : (before?.latestVersion ?? 0) + 1;
  const preset: Preset = {
    schemaVersion: 1,
    id,
    latestVersion: version,
    description: description ?? before?.description ?? '',
    createdBy: before?.createdBy ?? by,
    createdAt: before?.createdAt ?? at,
    updatedAt: at,
  };
  tx.set(paths.preset(kind, id), { ...preset });
  if (isSame) return { preset, version: newest, created: false };
  const made = {
    schemaVersion: 1 as const,
    version,
    digest,
    createdBy: by,
    createdAt: at,
    deleting: false,
    content,
  };
  tx.create(paths.presetVersion(kind, id, version), made);
  // The content has the type that belongs to the kind; the compiler cannot follow it into the table.
  return { preset, version: made as PresetVersion<K>, created: true };
}

/** A preset with one of its versions, the newest unless given. */
export async function readPreset<K extends PresetKind>(
  from: DocumentReader,
  kind: K,
  id: string,
  wanted?: number,
): Promise<StoredPreset<K>> {
  const document = await from.get(paths.preset(kind, id));
  if (!document) throw notFound(`preset ${id} among ${kind}`);
  const preset = presetSchema.parse(document.data);
  const version = await readVersion(from, kind, id, wanted ?? preset.latestVersion);
  if (!version) throw notFound(`version ${wanted ?? preset.latestVersion} of preset ${id} among ${kind}`);
  return { preset, version };
}

/** Deletes a version that no run was made of, and that is not the newest: that one stands for the preset. */
export async function deletePresetVersion(
  cp: Pick<ControlPlane, 'store'>,
  kind: PresetKind,
  id: string,
  version: number,
): Promise<void> {
  const { latestVersion } = (await readPreset(cp.store, kind, id)).preset;
  if (version === latestVersion) {
    const detail = `Version ${version} is the newest of preset ${id}: save another one first, or delete the whole preset.`;
    throw new DomainError('newest-version', detail);
  }
  await deleteUnused(cp, kind, id, [version], () => undefined);
}

/** Deletes a preset with all its versions; refused when a run was made of one of them. */
export async function deletePreset(
  cp: Pick<ControlPlane, 'store'>,
  kind: PresetKind,
  id: string,
): Promise<void> {
  const { latestVersion } = (await readPreset(cp.store, kind, id)).preset;
  const documents = await cp.store.query(queries.presetVersions(kind, id, { limit: latestVersion }));
  const versions = documents.map((document) => parseVersion(kind, document).version);
  await deleteUnused(cp, kind, id, versions, (tx) => tx.delete(paths.preset(kind, id)));
}

/**
 * The versions are marked before the runs are looked at for good, so that no run can begin to use one between that look and the
 * deletion; what a crash leaves marked cannot be used, and the next call deletes it. The look before it is for those refused.
 */
async function deleteUnused(
  cp: Pick<ControlPlane, 'store'>,
  kind: PresetKind,
  id: string,
  versions: readonly number[],
  finish: (tx: Transaction) => void,
): Promise<void> {
  const usedBefore = await versionInUse(cp, kind, id, versions);
  if (usedBefore !== undefined) throw inUse(id, usedBefore);
  await mark(cp, kind, id, versions, true);
  const used = await versionInUse(cp, kind, id, versions);
  if (used !== undefined) {
    await mark(cp, kind, id, versions, false);
    throw inUse(id, used);
  }
  await cp.store.transaction(async (tx) => {
    const preset = await tx.get(paths.preset(kind, id));
    if (!preset) throw notFound(`preset ${id} among ${kind}`);
    for (const version of versions) tx.delete(paths.presetVersion(kind, id, version));
    finish(tx);
  });
}

/** The first of the versions that a run was made of. */
async function versionInUse(
  cp: Pick<ControlPlane, 'store'>,
  kind: PresetKind,
  id: string,
  versions: readonly number[],
): Promise<number | undefined> {
  for (const version of versions) {
    const uses = await cp.store.query(queries.runsOfPreset(presetRef(kind, id, version)));
    if (uses.length > 0) return version;
  }
  return undefined;
}

function inUse(id: string, version: number): DomainError {
  const detail = `Runs were made of version ${version} of preset ${id}, so it stays: they could not be explained without it.`;
  return new DomainError('in-use', detail);
}

async function mark(
  cp: Pick<ControlPlane, 'store'>,
  kind: PresetKind,
  id: string,
  versions: readonly number[],
  deleting: boolean,
): Promise<void> {
  await cp.store.transaction(async (tx) => {
    const found = [];
    for (const version of versions) {
      const one = await readVersion(tx, kind, id, version);
      if (!one) throw notFound(`version ${version} of preset ${id} among ${kind}`);
      found.push(one);
    }
    for (const one of found) tx.set(paths.presetVersion(kind, id, one.version), { ...one, deleting });
  });
}

async function readVersion<K extends PresetKind>(
  from: DocumentReader,
  kind: K,
  id: string,
  version: number,
): Promise<PresetVersion<K> | undefined> {
  const document = await from.get(paths.presetVersion(kind, id, version));
  return document && parseVersion(kind, document);
}

/** One schema for each kind; the compiler cannot follow the parameter through the table. */
export function parseVersion<K extends PresetKind>(kind: K, document: StoredDocument): PresetVersion<K> {
  return presetVersionSchemas[kind].parse(document.data) as PresetVersion<K>;
}
