/** The files of Cloud Build against the message that it takes, as Google publishes it, and against what a build would substitute. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { missingGcloud } from '../support/google/gcloud.js';

const FOLDER = fileURLToPath(new URL('../../cloudbuild/', import.meta.url));
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const textOf = (file: string) => readFileSync(`${FOLDER}${file}`, 'utf8');

const fieldSchema = z.object({
  type: z.string(),
  repeated: z.boolean().optional(),
  map: z.boolean().optional(),
  outputOnly: z.boolean().optional(),
  deprecated: z.boolean().optional(),
});
const messageSchema = z.object({
  source: z.string(),
  types: z.record(
    z.string(),
    z.union([
      z.object({ fields: z.record(z.string(), fieldSchema) }),
      z.object({ enum: z.array(z.string()) }),
    ]),
  ),
});
type Field = z.infer<typeof fieldSchema>;
const { types, source } = messageSchema.parse(
  JSON.parse(readFileSync(new URL('./cloudBuildMessage.json', import.meta.url), 'utf8')),
);

/** What is wrong with a value that should be of a type of the message, by its path. */
function mistakes(value: unknown, type: string, path: string): string[] {
  const known = types[type];
  if (known === undefined) return scalarMistakes(value, type, path);
  if ('enum' in known)
    return known.enum.some((name) => name === value)
      ? []
      : [`${path}: ${String(value)} is none of ${known.enum.join(', ')}`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: is no ${type}`];
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = known.fields[name];
    if (field === undefined) return [`${path}.${name}: ${type} has no such field`];
    if (field.outputOnly) return [`${path}.${name}: is for Cloud Build to say`];
    if (field.deprecated) return [`${path}.${name}: is deprecated`];
    return fieldMistakes(inner, field, `${path}.${name}`);
  });
}

function fieldMistakes(value: unknown, field: Field, path: string): string[] {
  if (field.map)
    return Object.entries(value as object).flatMap(([key, inner]) =>
      mistakes(inner, field.type, `${path}.${key}`),
    );
  if (!field.repeated) return mistakes(value, field.type, path);
  if (!Array.isArray(value)) return [`${path}: is no list`];
  return value.flatMap((inner, i) => mistakes(inner, field.type, `${path}[${i}]`));
}

function scalarMistakes(value: unknown, type: string, path: string): string[] {
  const right: Record<string, (value: unknown) => boolean> = {
    string: (given) => typeof given === 'string',
    bool: (given) => typeof given === 'boolean',
    int32: Number.isInteger,
    int64: Number.isInteger,
    // As JSON has it: https://protobuf.dev/reference/protobuf/google.protobuf/#duration
    'google.protobuf.Duration': (given) => typeof given === 'string' && /^\d+(\.\d{1,9})?s$/.test(given),
  };
  const check = right[type];
  if (check === undefined) return [`${path}: the test knows no ${type}`];
  return check(value) ? [] : [`${path}: ${String(value)} is no ${type}`];
}

/** https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values, read 2026-11. */
const BUILT_IN = [
  'PROJECT_ID',
  'PROJECT_NUMBER',
  'LOCATION',
  'BUILD_ID',
  'COMMIT_SHA',
  'SHORT_SHA',
  'BRANCH_NAME',
  'REPO_NAME',
];
const buildSchema = z.looseObject({
  timeout: z.string(),
  substitutions: z.record(z.string(), z.string()).default({}),
  steps: z.array(
    z.looseObject({
      id: z.string(),
      timeout: z.string(),
      env: z.array(z.string()).default([]),
      script: z.string(),
    }),
  ),
});
const seconds = (duration: string) => Number(duration.replace('s', ''));

describe.each(files)('cloudbuild/%s', (file) => {
  const content: unknown = parse(textOf(file));
  const build = buildSchema.parse(content);

  it(`is a Build by ${source}`, () => {
    expect(mistakes(content, 'Build', 'build')).toEqual([]);
  });

  it('uses every substitution that it declares, and declares every one that it uses', () => {
    const { substitutions, ...rest } = content as Record<string, unknown>;
    const scripts = build.steps.map(({ script }) => script);
    // A dollar of a script is the shell's; what a step gets of the build it gets by env.
    const outside = scripts.reduce(
      (text, script) => text.replace(JSON.stringify(script), '""'),
      JSON.stringify(rest),
    );
    const used = [...outside.matchAll(/\$\{?([A-Z_]\w*)\}?/g)].map(([, name]) => name ?? '');
    const declared = Object.keys(build.substitutions);
    for (const name of declared) expect(name).toMatch(/^_[A-Z0-9_]+$/);
    expect(new Set(used.filter((name) => name.startsWith('_')))).toEqual(new Set(declared));
    for (const name of used.filter((each) => !each.startsWith('_'))) expect(BUILT_IN).toContain(name);
    expect(substitutions ?? {}).toEqual(build.substitutions);
  });

  it('has scripts that the shell takes, with no variable that nobody sets', () => {
    for (const { script, env } of build.steps) {
      expect(script).toMatch(/^#!\/usr\/bin\/env bash\nset -eu\n/);
      execFileSync('bash', ['-n'], { input: script });
      const set = [
        ...env.map((entry) => entry.split('=')[0]),
        ...[...script.matchAll(/^\s*(?:for )?(\w+)(?:=| in )/gm)].map(([, name]) => name),
      ];
      const used = [...script.matchAll(/\$\{?!?([A-Za-z_]\w*)/g)].map(([, name]) => name);
      for (const name of used) expect(set).toContain(name);
    }
  });

  it('ends in time: each step, and all of them', () => {
    for (const { timeout } of build.steps)
      expect(seconds(timeout)).toBeLessThanOrEqual(seconds(build.timeout));
    expect(seconds(build.timeout)).toBeLessThanOrEqual(24 * 3600);
  });
});

/** As `gcloud builds submit` reads it, by the SDK's own Python. */
const LOAD = `
import sys
root, folder, *names = sys.argv[1:]
sys.path[:0] = [root + '/lib', root + '/lib/third_party']
from googlecloudsdk.api_lib.cloudbuild import cloudbuild_util, config
for name in names:
    build = config.LoadCloudbuildConfigFromPath(folder + name, cloudbuild_util.GetMessagesModule(), params={'COMMIT_SHA': 'abc'})
    print(name, len(build.steps))
`;

it.skipIf(missingGcloud)('gcloud loads each file', { timeout: 60_000 }, () => {
  const format = '--format=value[separator=" "](basic.python_location,installation.sdk_root)';
  const [python = '', root = ''] = execFileSync('gcloud', ['info', format], { encoding: 'utf8' })
    .trim()
    .split(' ');
  const loaded = execFileSync(python, ['-S', '-c', LOAD, root, FOLDER, ...files], { encoding: 'utf8' });
  const steps = files.map((file) => buildSchema.parse(parse(textOf(file))).steps.length);
  expect(loaded.trim().split('\n')).toEqual(files.map((file, i) => `${file} ${steps[i]}`));
});

describe('the check', () => {
  it.each([
    [{ steps: [{ nmae: 'x' }] }, /build.steps\[0\].nmae: BuildStep has no such field/],
    [{ timeout: '10m' }, /build.timeout: 10m is no google.protobuf.Duration/],
    [{ options: { machineType: 'HUGE' } }, /HUGE is none of/],
    [{ status: 'SUCCESS' }, /is for Cloud Build to say/],
    [{ images: 'one' }, /build.images: is no list/],
  ])('finds what is wrong with %j', (content, says) => {
    expect(mistakes(content, 'Build', 'build').join('\n')).toMatch(says);
  });
});

describe('the pipeline', () => {
  const steps = (file: string) => buildSchema.parse(parse(textOf(file))).steps;

  it('scans images before it pushes them, under the commit and as the latest', () => {
    expect(steps('images.yaml').map(({ id }) => id)).toEqual(['pin', 'build', 'scan']);
    const { images } = parse(textOf('images.yaml')) as { images: string[] };
    expect(images.map((name) => name.split('/').at(-1))).toEqual([
      'trainer-cpu:$COMMIT_SHA',
      'trainer-cpu:latest',
      'trainer-gpu:$COMMIT_SHA',
      'trainer-gpu:latest',
    ]);
  });

  it('deploys by the script that trainyard deploy --plan prints', () => {
    const [plan, deploy] = steps('deploy.yaml');
    expect(plan?.script).toContain('trainyard.js deploy --plan --bundled --only=images,jobs,functions');
    expect(deploy?.script).toBe('#!/usr/bin/env bash\nset -eu\nsh deploy.sh\n');
  });
});
