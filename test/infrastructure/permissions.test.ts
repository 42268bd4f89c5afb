import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EVENTS_TOPIC, MAX_DELIVERIES, RETRAIN_TOPIC } from '@trainyard/shared';
import { expect, it } from 'vitest';
import { NEED_MASTER_SECRET } from '../../functions/config.js';
import { FILTERED_BY, SUBSCRIPTIONS } from '../../functions/events/subscriptions.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFile(join(ROOT, path), 'utf8');
const module = (name: string) => read(`cloudbuild/terraform/${name}`);

interface Permission {
  account: string;
  role: string;
  on: string;
  prefixes?: string[];
  when?: string;
  why: string;
}
const permissions = async () => JSON.parse(await module('permissions.json')) as Permission[];

/** The items of the list under each heading of a section of a page, unwrapped, by the heading. */
function listsUnder(page: string, heading: string): Record<string, string[]> {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const parts = section.split(/^### /m).slice(1);
  return Object.fromEntries(
    parts.map((part) => {
      const [title = '', ...lines] = part.split('\n');
      const items = lines.join('\n').split(/^- /m).slice(1);
      return [title, items.map((item) => item.trim().replaceAll(/\n\s+/g, ' '))];
    }),
  );
}

it('docs/security.md says of each account what Terraform lets it do, and why', async () => {
  const applied: Record<string, string[]> = {};
  for (const { account, role, on, prefixes, when, why } of await permissions()) {
    const only = prefixes ? `: only ${prefixes.map((prefix) => `\`${prefix}\``).join(', ')}` : '';
    const line = `\`${role}\` on ${on}${only}${when === undefined ? '' : `, when ${when}`}: ${why}`;
    (applied[`\`${account}\``] ??= []).push(line);
  }
  expect(listsUnder(await read('docs/security.md'), 'What each account may do')).toEqual(applied);
});

it('docs/security.md lists the permissions of the roles that Trainyard makes', async () => {
  const roles = JSON.parse(await module('roles.json')) as Record<string, { permissions: string[] }>;
  expect(listsUnder(await read('docs/security.md'), 'Roles of its own')).toEqual(
    Object.fromEntries(
      Object.entries(roles).map(([name, role]) => [
        `\`${name}\``,
        role.permissions.map((permission) => `\`${permission}\``),
      ]),
    ),
  );
});

it('the master secret is given to the functions that need it, and to no other account', async () => {
  const given = (await permissions()).filter(
    ({ on, role }) => on === 'secret:trainyard-master-secret' && role !== 'roles/secretmanager.viewer',
  );
  expect(given.map(({ account }) => account).toSorted()).toEqual(
    NEED_MASTER_SECRET.map((name) => `trainyard-${name}`).toSorted(),
  );
});

it('the push subscriptions are filtered as the functions expect', async () => {
  const made = JSON.parse(await module('subscriptions.json')) as Record<
    string,
    { topic: string; types: string[] }
  >;
  const heard = Object.entries(SUBSCRIPTIONS).map(([name, types]) => {
    const attribute = FILTERED_BY[name];
    const filter = attribute === undefined ? { types } : { types: [], attributes: [attribute] };
    return [name, { topic: EVENTS_TOPIC, ...filter, ...(name === 'mlflow' && { when: 'mlflow' }) }];
  });
  expect(made).toEqual({
    ...(Object.fromEntries(heard) as object),
    retrain: { topic: RETRAIN_TOPIC, types: [] },
  });
  for (const { types } of Object.values(made))
    expect(types.map((type) => `attributes.type = "${type}"`).join(' OR ').length).toBeLessThanOrEqual(256);
  expect(await module('subscriptions.tf')).toContain(`max_delivery_attempts = ${MAX_DELIVERIES}`);
});

it('the log messages that metrics count are written somewhere in the functions', async () => {
  const folder = join(ROOT, 'functions');
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => /^(runs|http|events)\/.*\.ts$/.test(file) && !file.endsWith('.test.ts'),
  );
  const code = (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n');
  const text = await module('metrics.tf');
  const messages = [...text.matchAll(/jsonPayload\.message=\\"([^\\]+)\\"/g)].map(([, message]) => message);
  expect(messages.length).toBeGreaterThan(3);
  expect(messages.filter((message) => !code.includes(`'${message}'`))).toEqual([]);
  for (const field of ['longestSilenceSeconds', 'lowestGpuPercent']) expect(code).toContain(field);
});

it('firestore.indexes.json holds nothing that the module would overlook', async () => {
  const { fieldOverrides } = JSON.parse(await read('firestore.indexes.json')) as {
    fieldOverrides: object[];
  };
  // The module disables the indexes of these fields, and would not make any.
  for (const override of fieldOverrides)
    expect(override).toEqual({
      collectionGroup: expect.any(String) as string,
      fieldPath: expect.any(String) as string,
      indexes: [],
    });
});
