/** docs/trainer-contract.md: its examples are what the control plane takes, and its signature is right. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  BATCH,
  callbackAnswerSchema,
  callbackBatchSchema,
  callbackSchemas,
  deriveRunSecret,
  signCallback,
} from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { jobVariablesSchema } from '../../trainer-job/settings/variables.js';

const page = readFileSync(fileURLToPath(new URL('../../docs/trainer-contract.md', import.meta.url)), 'utf8');

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  ...callbackSchemas,
  [BATCH]: callbackBatchSchema,
  answer: callbackAnswerSchema,
};

const examples = [...page.matchAll(/^```json(?: (\S+))?\n([^]*?)^```$/gm)].map(
  ([, kind = 'unnamed', json = '']) => ({
    kind,
    json,
  }),
);

describe('the page of the trainer’s contract', () => {
  it('has an example of each kind of callback, of a batch and of the answer', () => {
    expect(examples.map(({ kind }) => kind).toSorted()).toEqual(Object.keys(SCHEMAS).toSorted());
  });

  it.each(examples)(
    'has an example of $kind that parses, and changes when a key is misspelt',
    ({ kind, json }) => {
      const schema = SCHEMAS[kind];
      const body = JSON.parse(json) as Record<string, unknown>;
      expect(schema?.safeParse(body).error).toBeUndefined();
      expect(schema?.safeParse({ ...body, misspelt: 1 }).success).toBe(false);
    },
  );

  it('describes each field of each body', () => {
    const fields = Object.values(callbackSchemas).flatMap((schema) => Object.keys(schema.shape));
    expect(fields.filter((name) => !page.includes(`"${name}"`))).toEqual([]);
  });

  it('shows a signature that is computed as it says', () => {
    const shown =
      /^RUN_SECRET +(\S+)\nwebhook-id +(\S+)\nwebhook-timestamp +(\d+)\nbody +(.*)\nwebhook-signature +(\S+)$/m;
    const [, secret = '', id = '', timestamp = '', body = '', signature] = shown.exec(page) ?? [];
    expect(signCallback(secret, id, new Date(Number(timestamp) * 1000), body)['webhook-signature']).toBe(
      signature,
    );
    const [, attempt, run = '', master = ''] =
      /attempt (\d+) of run `(\w+)`, with the master secret\s+`([^`]+)`/.exec(page) ?? [];
    expect(deriveRunSecret(master, run, Number(attempt))).toBe(secret);
  });

  it('names variables that a launch sets and the trainer reads', () => {
    const section = page.split('## What the job is given')[1]?.split('\n## ')[0] ?? '';
    const named = [...section.matchAll(/^- `([A-Z_]+)`(?: .*?, and `([A-Z_]+)`)?/gm)].flatMap(
      ([, ...names]) => names.filter(Boolean),
    );
    const launch = readFileSync(
      fileURLToPath(new URL('../../functions/runs/dispatch.ts', import.meta.url)),
      'utf8',
    );
    const set = [...launch.matchAll(/\b([A-Z][A-Z_]+): /g)].map(([, name]) => name ?? '');
    expect(set.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
    expect(set.length).toBeGreaterThan(8);
    const read = new Set([...Object.keys(jobVariablesSchema.shape), 'EXPECTED_GPUS']);
    expect(named.filter((name) => !read.has(name ?? ''))).toEqual([]);
  });
});
