import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { collectInOneGo } from './garbageCollection.js';

const MEGABYTE = 1 << 18;
/** What Node's types do not say of such an entry. */
const gcSchema = z.object({ detail: z.object({ kind: z.number() }) });

it('marks no garbage in parts, however much memory arrays take', async () => {
  const kinds = new Set<number>();
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) kinds.add(gcSchema.parse(entry).detail.kind);
  });
  observer.observe({ entryTypes: ['gc'] });
  onTestFinished(() => observer.disconnect());
  collectInOneGo();
  const held: Float32Array[] = [];
  while (!kinds.has(constants.NODE_PERFORMANCE_GC_MAJOR)) {
    for (let i = 0; i < 16; i++) held.push(new Float32Array(MEGABYTE));
    await setImmediate();
  }
  expect(held.length).toBeGreaterThan(0);
  expect(kinds).not.toContain(constants.NODE_PERFORMANCE_GC_INCREMENTAL);
});
