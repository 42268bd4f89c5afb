import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { restoreRemovedUtil } from './nodeUtil.js';

const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;

describe('the functions of util that tfjs-node calls', () => {
  it('are there on every Node, and tell what those of Node 22 tell', () => {
    restoreRemovedUtil();
    const { isArray, isNullOrUndefined } = util as Record<string, (value: unknown) => boolean>;
    const values = [null, undefined, 0, '', [], [1], {}];
    expect(values.map((value) => isNullOrUndefined?.(value))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(values.map((value) => isArray?.(value))).toEqual([false, false, false, false, true, true, false]);
  });

  it('stay those of Node where it has them', () => {
    const own = () => true;
    const before = util['isArray'];
    util['isArray'] = own;
    restoreRemovedUtil();
    expect(util['isArray']).toBe(own);
    util['isArray'] = before;
  });
});
