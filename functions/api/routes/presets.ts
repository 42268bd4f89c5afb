import {
  pageQuerySchema,
  paths,
  presetIdSchema,
  presetKindSchema,
  presetPageSchema,
  presetRequestSchemas,
  presetSchema,
  presetVersionPageSchema,
  presetViewSchemas,
  type PresetKind,
  type PresetVersion,
  type PresetView,
} from '@trainyard/shared';
import { z } from 'zod';
import {
  deletePreset,
  deletePresetVersion,
  parseVersion,
  readPreset,
  savePreset,
  type StoredPreset,
} from '../../presets/presets.js';
import { queries } from '../../queries.js';
import { decodeCursor, encodeCursor } from '../cursor.js';
import { defineRoute } from '../defineRoute.js';
import type { Route } from '../route.js';
import { noParams, noQuery, presetParams, presetVersionParams } from './parameters.js';

const deletedSchema = z.strictObject({ deleted: z.literal(true) }).meta({ examples: [{ deleted: true }] });
const idCursor = z.strictObject({ id: presetIdSchema });
const versionCursor = z.strictObject({ version: z.int().min(1) });

/** What operations call one preset of a kind. */
const NOUNS: Readonly<Record<PresetKind, string>> = {
  datasets: 'Dataset',
  'feature-configs': 'FeatureConfig',
  'model-configs': 'ModelConfig',
};

/** The routes of one kind of preset. */
function presetRoutes(kind: PresetKind): Route[] {
  // One schema for each kind; the compiler cannot follow the parameter through the tables.
  const requestSchema = presetRequestSchemas[kind] as unknown as z.ZodType<PresetBody>;
  const viewSchema = presetViewSchemas[kind] as unknown as z.ZodType<PresetView>;
  const path = `/api/${kind}`;
  return [
    defineRoute({
      method: 'POST',
      path,
      summary: `Save a preset among ${kind}: a new one, or the next version of one; equal content makes no version`,
      operationId: `save${NOUNS[kind]}`,
      access: 'trainer',
      params: noParams,
      query: noQuery,
      body: requestSchema,
      result: viewSchema,
      success: 201,
      locates: true,
      otherSuccess: {
        status: 200,
        description: 'The newest version has this content already',
        result: viewSchema,
      },
      async handle(cp, { body, caller, idempotencyKey }) {
        const { id, description, content } = body;
        const request = { kind, id, description, content, by: caller.id, idempotencyKey };
        const { outcome: saved, isReplay } = await savePreset(cp, request);
        const view = presetViewOf(saved);
        if (!saved.created) return { status: 200, body: view, isReplay };
        const location = `${path}/${id}/versions/${saved.version.version}`;
        return { status: 201, body: view, headers: { location }, isReplay };
      },
    }),
    listRoute(kind),
    defineRoute({
      method: 'GET',
      path: `${path}/{id}`,
      summary: `Read the newest version of a preset among ${kind}`,
      operationId: `get${NOUNS[kind]}`,
      access: 'viewer',
      params: presetParams,
      query: noQuery,
      result: viewSchema,
      success: 200,
      handle: async (cp, { params }) => ({ body: presetViewOf(await readPreset(cp.store, kind, params.id)) }),
    }),
    versionsRoute(kind),
    defineRoute({
      method: 'GET',
      path: `${path}/{id}/versions/{version}`,
      summary: `Read one version of a preset among ${kind}`,
      operationId: `get${NOUNS[kind]}Version`,
      access: 'viewer',
      params: presetVersionParams,
      query: noQuery,
      result: viewSchema,
      success: 200,
      handle: async (cp, { params }) => ({
        body: presetViewOf(await readPreset(cp.store, kind, params.id, params.version)),
      }),
    }),
    ...deleteRoutes(kind),
  ];
}

type PresetBody = { id: string; description?: string | undefined; content: PresetVersion['content'] };
function presetViewOf({ preset, version }: StoredPreset<PresetKind>): PresetView {
  const { schemaVersion: _version, ...face } = preset;
  // The content is that of the kind; the compiler cannot follow it into the union of all.
  return {
    ...face,
    version: version.version,
    digest: version.digest,
    content: version.content,
  } as PresetView;
}

function listRoute(kind: PresetKind): Route {
  return defineRoute({
    method: 'GET',
    path: `/api/${kind}`,
    summary: `List the presets among ${kind}, by id`,
    operationId: `list${NOUNS[kind]}s`,
    access: 'viewer',
    params: noParams,
    query: pageQuerySchema,
    result: presetPageSchema,
    success: 200,
    async handle(cp, { query: { cursor, limit } }) {
      const place = decodeCursor(idCursor, cursor);
      const startAfter = place && { path: paths.preset(kind, place.id), data: place };
      const found = await cp.store.query(queries.presets(kind, { startAfter, limit: limit + 1 }));
      const presets = found.slice(0, limit).map(({ data }) => {
        const { schemaVersion: _version, ...preset } = presetSchema.parse(data);
        return preset;
      });
      const last = presets.at(-1);
      return {
        body: { presets, nextCursor: found.length > limit && last ? encodeCursor({ id: last.id }) : null },
      };
    },
  });
}

function versionsRoute(kind: PresetKind): Route {
  return defineRoute({
    method: 'GET',
    path: `/api/${kind}/{id}/versions`,
    summary: `List the versions of a preset among ${kind}, newest first`,
    operationId: `list${NOUNS[kind]}Versions`,
    access: 'viewer',
    params: presetParams,
    query: pageQuerySchema,
    result: presetVersionPageSchema,
    success: 200,
    async handle(cp, { params: { id }, query: { cursor, limit } }) {
      await readPreset(cp.store, kind, id);
      const place = decodeCursor(versionCursor, cursor);
      const startAfter = place && { path: paths.presetVersion(kind, id, place.version), data: place };
      const found = await cp.store.query(queries.presetVersions(kind, id, { startAfter, limit: limit + 1 }));
      const versions = found.slice(0, limit).map((document) => {
        const { version, digest, createdBy, createdAt } = parseVersion(kind, document);
        return { version, digest, createdBy, createdAt };
      });
      const last = versions.at(-1);
      const nextCursor = found.length > limit && last ? encodeCursor({ version: last.version }) : null;
      return { body: { versions, nextCursor } };
    },
  });
}

function deleteRoutes(kind: PresetKind): Route[] {
  return [
    defineRoute({
      method: 'DELETE',
      path: `/api/${kind}/{id}`,
      summary: `Delete a preset among ${kind} with all its versions; refused when a run was made of one`,
      operationId: `delete${NOUNS[kind]}`,
      access: 'admin',
      params: presetParams,
      query: noQuery,
      result: deletedSchema,
      success: 200,
      mayConflict: true,
      async handle(cp, { params }) {
        await deletePreset(cp, kind, params.id);
        return { body: { deleted: true as const } };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `/api/${kind}/{id}/versions/{version}`,
      summary: `Delete a version of a preset among ${kind}; refused when a run was made of it`,
      operationId: `delete${NOUNS[kind]}Version`,
      access: 'admin',
      params: presetVersionParams,
      query: noQuery,
      result: deletedSchema,
      success: 200,
      mayConflict: true,
      async handle(cp, { params }) {
        await deletePresetVersion(cp, kind, params.id, params.version);
        return { body: { deleted: true as const } };
      },
    }),
  ];
}

export const allPresetRoutes: readonly Route[] = presetKindSchema.options.flatMap((kind) =>
  presetRoutes(kind),
);
