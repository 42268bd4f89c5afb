import { createRequire } from 'node:module';
import { deprecate } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defineRemovedUtil } from './nodeUtil.js';

const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;

describe('the functions of util that tfjs-node calls', () => {
  it('are there on every Node, and tell what those of Node 22 tell', () => {
    defineRemovedUtil();
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

  it('print no warning where Node has them and wants them gone', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    util['isArray'] = deprecate(Array.isArray, 'util.isArray is deprecated', 'DEP0044');
    defineRemovedUtil();
    (util as Record<string, (value: unknown) => boolean>)['isArray']?.([]);
    // Node prints a warning at the next tick; one of our own comes after it.
    process.emitWarning('the last one');
    await vi.waitFor(() => expect(warnings.map(({ message }) => message)).toEqual(['the last one']));
  });
});
