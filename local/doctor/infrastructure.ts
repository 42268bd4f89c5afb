/** What the Terraform module makes, as the files say that it reads itself. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { repositoryFile } from '../repositoryFile.js';

const permissionSchema = z.strictObject({
  /** An account of Trainyard, or the name of one of Google's service agents. */
  account: z.string(),
  role: z.string(),
  on: z.string(),
  prefixes: z.array(z.string()).optional(),
  when: z.string().optional(),
  why: z.string(),
});
export type Permission = z.infer<typeof permissionSchema>;

const fileSchemas = {
  apis: z.record(z.string(), z.string()),
  permissions: z.array(permissionSchema),
  roles: z.record(
    z.string(),
    z.object({ title: z.string(), why: z.string(), permissions: z.array(z.string()) }),
  ),
  subscriptions: z.record(
    z.string(),
    z.object({
      topic: z.string(),
      types: z.array(z.string()),
      attributes: z.array(z.string()).default([]),
      when: z.string().optional(),
    }),
  ),
};

const indexSchema = z.object({
  collectionGroup: z.string(),
  fields: z.array(
    z.object({
      fieldPath: z.string(),
      order: z.string().optional(),
      arrayConfig: z.string().optional(),
    }),
  ),
});
export type Index = z.infer<typeof indexSchema>;

export async function readInfrastructure() {
  const read = async <T>(schema: z.ZodType<T>, path: string): Promise<T> =>
    schema.parse(JSON.parse(await readFile(repositoryFile(path), 'utf8')));
  const { apis, permissions, roles, subscriptions } = fileSchemas;
  return {
    apis: await read(apis, 'cloudbuild/terraform/apis.json'),
    permissions: await read(permissions, 'cloudbuild/terraform/permissions.json'),
    roles: await read(roles, 'cloudbuild/terraform/roles.json'),
    subscriptions: await read(subscriptions, 'cloudbuild/terraform/subscriptions.json'),
    indexes: (await read(z.object({ indexes: z.array(indexSchema) }), 'firestore.indexes.json')).indexes,
    rules: await readFile(repositoryFile('firestore.rules'), 'utf8'),
  };
}
export type Infrastructure = Awaited<ReturnType<typeof readInfrastructure>>;

/** The version of a text, short. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text.trim()).digest('hex').slice(0, 12);
}
