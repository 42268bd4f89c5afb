import { z } from 'zod';
import { digestOf, type Index } from '../infrastructure.js';
import { terraformApply, type Check } from './project.js';

const SERVICE = 'firestore.googleapis.com';
const databaseSchema = z.object({
  type: z.string().default(''),
  deleteProtectionState: z.string().default(''),
});
const indexSchema = z.object({
  name: z.string(),
  state: z.string().default(''),
  fields: z.array(
    z.object({
      fieldPath: z.string(),
      order: z.string().optional(),
      arrayConfig: z.string().optional(),
    }),
  ),
});
const rulesetSchema = z.object({
  source: z.object({ files: z.array(z.object({ content: z.string() })) }),
});

export const database: Check = {
  name: 'firestore',
  permission: 'datastore.databases.getMetadata',
  async run(project, { ok, error, warning }) {
    const path = `v1/projects/${project.id}/databases/(default)`;
    const found = await project.api.find(databaseSchema, SERVICE, path);
    if (!found) return [error('there is no database (default)', terraformApply(project))];
    if (found.type !== 'FIRESTORE_NATIVE')
      return [
        error(
          `the database is of type ${found.type}; listeners need FIRESTORE_NATIVE, and it cannot be changed while it has data`,
        ),
      ];
    if (found.deleteProtectionState !== 'DELETE_PROTECTION_ENABLED')
      return [
        warning(
          'the database can be deleted by one command; fine for staging',
          `gcloud firestore databases update --database='(default)' --delete-protection --project=${project.id}`,
        ),
      ];
    return [ok('the database is there and protected')];
  },
};

export const indexes: Check = {
  name: 'indexes',
  permission: 'datastore.indexes.list',
  async run(project, { ok, error, warning }) {
    const { api, id, expected } = project;
    const path = `v1/projects/${id}/databases/(default)/collectionGroups/-/indexes`;
    const found = await api.list(indexSchema, 'indexes', SERVICE, path, { pageSize: '300' });
    const states = new Map(
      found.map(({ name, fields, state }) => [
        keyOf({ collectionGroup: /\/collectionGroups\/([^/]+)\//.exec(name)?.[1] ?? '', fields }),
        state,
      ]),
    );
    const wanted = expected.indexes.map(keyOf);
    const missing = wanted.filter((key) => !states.has(key));
    const making = wanted.filter((key) => states.has(key) && states.get(key) !== 'READY');
    const findings = [
      missing.length > 0
        ? error(
            `${missing.length} of ${wanted.length} indexes are missing, such as ${missing[0]}: their queries fail`,
            terraformApply(project),
          )
        : [],
      making.length > 0 ? warning(`${making.length} indexes are not ready yet: wait some minutes`) : [],
    ].flat();
    return findings.length > 0 ? findings : [ok(`all ${wanted.length} indexes are ready`)];
  },
};

/** Firestore adds the document's name at the end of each. */
function keyOf({ collectionGroup, fields }: Index): string {
  const own = fields.filter(({ fieldPath }) => fieldPath !== '__name__');
  return [
    collectionGroup,
    ...own.map(
      ({ fieldPath, order, arrayConfig }) => `${fieldPath}:${(order ?? arrayConfig ?? '').toLowerCase()}`,
    ),
  ].join(' ');
}

export const rules: Check = {
  name: 'rules',
  permission: 'firebaserules.rulesets.get',
  async run(project, { ok, error }) {
    const { api, id, expected } = project;
    const service = 'firebaserules.googleapis.com';
    const release = await api.find(
      z.object({ rulesetName: z.string() }),
      service,
      `v1/projects/${id}/releases/cloud.firestore`,
    );
    if (!release) return [error('no rules are released: no listener may read', terraformApply(project))];
    const ruleset = await api.get(rulesetSchema, service, `v1/${release.rulesetName}`);
    const deployed = digestOf(ruleset.source.files.map(({ content }) => content).join('\n'));
    const own = digestOf(expected.rules);
    return deployed === own
      ? [ok(`the rules are those of firestore.rules (${own})`)]
      : [error(`the rules (${deployed}) are not those of firestore.rules (${own})`, terraformApply(project))];
  },
};
