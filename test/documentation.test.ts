import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { trainingSpecSchema } from '@trainyard/shared';
import { parse } from 'yaml';
import { z } from 'zod';
import { deploySettingsSchema } from '../cloudbuild/plan/settings.js';
import { routes } from '../functions/api/routes.js';
import { CHECKS } from '../local/doctor/cloud/examine.js';

const read = (path: string) => readFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

/** The names of all properties of a JSON schema, however deep. */
function propertyNames(schema: unknown): Set<string> {
  const names = new Set<string>();
  const visit = (value: unknown) => {
    if (value === null || typeof value !== 'object') return;
    if ('properties' in value && value.properties && typeof value.properties === 'object') {
      for (const name of Object.keys(value.properties)) names.add(name);
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(schema);
  return names;
}

describe('the documentation', () => {
  it('has a heading for every key of the specification', async () => {
    const headings = (await read('docs/reference/specification.md')).match(/^##.*$/gm)?.join('\n') ?? '';
    const names = propertyNames(z.toJSONSchema(trainingSpecSchema, { io: 'input' }));
    expect(names.size).toBeGreaterThan(40);
    expect([...names].filter((name) => !new RegExp(`\\b${name}\\b`).test(headings))).toEqual([]);
  });

  it('begins with a specification that parses', async () => {
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(await read('docs/specification.md')) ?? [];
    expect(trainingSpecSchema.parse(parse(example)).dataset.source.uri).toBe('purchases.csv');
  });

  it.each([
    'examples/sample.yaml',
    'examples/features.yaml',
    'examples/hybrid.yaml',
    'examples/online-retail.yaml',
  ])('%s parses', async (path) => {
    expect(trainingSpecSchema.safeParse(parse(await read(path))).error).toBeUndefined();
  });

  it('names every route of the API', async () => {
    const text = await read('docs/reference/api.md');
    expect(
      routes.filter(({ method, path }) => !text.includes(`\`${method} ${path}\``)).map(({ path }) => path),
    ).toEqual([]);
  });

  it('docs/deploy.md has settings that parse, and names variables that the Terraform module has', async () => {
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(await read('docs/deploy.md')) ?? [];
    const settings = deploySettingsSchema.parse(parse(example));
    const module = await read('cloudbuild/terraform/variables.tf');
    const variables = new Set([...module.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name));
    const commands = await Promise.all(['deploy', 'security'].map((page) => read(`docs/${page}.md`)));
    const named = [...commands.join('\n').matchAll(/-var '?(\w+)=/g)].map(([, name]) => name);
    const unknown = [...Object.keys(settings.terraform), ...named].filter((name) => !variables.has(name));
    expect(unknown).toEqual([]);
    expect(named).not.toEqual([]);
  });

  it('names every check of trainyard doctor', async () => {
    const page = await read('docs/deploy.md');
    expect(CHECKS.filter(({ name }) => !page.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
  });
});
