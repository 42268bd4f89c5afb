import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { specificationJsonSchema } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig } from '../../config.js';
import { Terminal } from '../../watch/terminal.js';
import { schema } from './schema.js';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));

describe('trainyard schema', () => {
  let cwd: string;
  let printed: string;
  let notes: string[];
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'schema-'));
    printed = '';
    notes = [];
  });
  afterEach(() => rm(cwd, { recursive: true }));

  const run = (...args: string[]) =>
    schema.run(args, {
      config: readConfig({}),
      cwd,
      terminal: new Terminal({ write: (text) => (printed += text) }, true),
      note: (line) => notes.push(line),
      interrupted: new AbortController().signal,
    });

  it('prints the schema and nothing else', async () => {
    expect(await run()).toBe(0);
    expect(JSON.parse(printed)).toEqual(specificationJsonSchema());
    expect(notes).toEqual([]);
  });

  it('writes it to a file, relative to the current folder, and prints nothing', async () => {
    expect(await run('--out', 'trainyard.schema.json')).toBe(0);
    expect(JSON.parse(await readFile(join(cwd, 'trainyard.schema.json'), 'utf8'))).toEqual(
      specificationJsonSchema(),
    );
    expect(printed).toBe('');
    expect(notes.join()).toContain('trainyard.schema.json');
  });

  it('fails with the reason where the file cannot be written', async () => {
    await expect(run('--out', 'missing/schema.json')).rejects.toThrow(UserError);
  });
});

describe('the JSON Schema of specifications', () => {
  const ajv = new Ajv2020({ strictTypes: false, allowUnionTypes: true });
  formats.default(ajv);
  const validate = ajv.compile(specificationJsonSchema());
  const minimal = {
    dataset: { source: { uri: 'purchases.csv' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'product', transform: 'lookup', id: true }],
    },
  };

  it('is of draft 2020-12', () => {
    expect(specificationJsonSchema()['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
  });

  it('takes every example', async () => {
    const names = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.yaml'));
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      const isTaken = validate(parse(await readFile(join(EXAMPLES, name), 'utf8')));
      expect({ name, isTaken, errors: validate.errors }).toEqual({ name, isTaken: true, errors: null });
    }
  });

  it('takes a section that is a preset', () => {
    expect(validate({ ...minimal, dataset: { preset: 'purchases', version: 3 } })).toBe(true);
  });

  it.each([
    ['an unknown key', { ...minimal, training: { epoch: 3 } }],
    ['a number out of its range', { ...minimal, training: { epochs: 0 } }],
    ['an unknown choice', { ...minimal, model: { similarity: 'euclid' } }],
    ['a missing section', { dataset: minimal.dataset }],
  ])('refuses %s', (_what, spec) => {
    expect(validate(spec)).toBe(false);
  });

  it('explains every property, since editors show nothing else', () => {
    const objects = z.record(z.string(), z.looseObject({}));
    const silent: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (value === null || typeof value !== 'object') return;
      if ('properties' in value) {
        for (const [name, property] of Object.entries(objects.parse(value.properties)))
          if (!('description' in property) && !('$ref' in property)) silent.push(`${path}.${name}`);
      }
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}/${key}`);
    };
    visit(specificationJsonSchema(), '');
    expect(silent).toEqual([]);
  });
});
