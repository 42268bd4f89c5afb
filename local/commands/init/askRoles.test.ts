import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import { describe, expect, it } from 'vitest';
import { askRoles } from './askRoles.js';

const column = (name: string, kind: 'id' | 'time') =>
  ({
    name,
    kind,
    type: 'VARCHAR',
    nulls: 0,
    distinct: 50,
    measured: null,
  }) as Inspection['profile']['columns'][number];
const found = {
  profile: {
    rows: 1000,
    columns: [column('customer', 'id'), column('account', 'id'), column('sku', 'id'), column('at', 'time')],
  },
  readings: {},
} as unknown as Inspection;

async function answered(lines: string[], given: Parameters<typeof askRoles>[1] = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const said = text(output);
  for (const line of lines) input.write(`${line}\n`);
  const roles = await askRoles(found, given, { input, output }, new AbortController().signal);
  output.end();
  return { roles, said: await said };
}

describe('the questions of trainyard init', () => {
  it('take what is proposed for an empty answer', async () => {
    const { roles, said } = await answered(['', '', '']);
    expect(roles).toEqual({ user: 'customer', item: 'sku', time: 'at' });
    expect(said).toContain('Which column says who? (or account) [customer]');
  });

  it('ask again after a name that no column has, with the nearest one', async () => {
    const { roles, said } = await answered(['acount', 'account', '', 'none']);
    expect(roles).toEqual({ user: 'account', item: 'sku', time: null });
    expect(said).toContain('There is no column "acount"; did you mean account?');
  });

  it('come to nothing where the answers end', async () => {
    const input = new PassThrough();
    input.end('account\n');
    const output = new PassThrough().resume();
    expect(await askRoles(found, {}, { input, output }, new AbortController().signal)).toBeNull();
  });

  it('leave out what flags have answered', async () => {
    const { said } = await answered([''], { user: 'account', time: null });
    expect(said).not.toContain('says who');
    expect(said).not.toContain('says when');
  });
});
