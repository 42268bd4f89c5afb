import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { useWasm } from '../../test/support/training/backend.js';
import { exportedModel } from '../../test/support/training/exportedModel.js';
import { measurePerformance } from './measurePerformance.js';
import { percentileOf } from './percentile.js';

beforeAll(useWasm);

describe('what serving an exported model takes', () => {
  const rows = (column: string) => Array.from({ length: 30 }, (_, i) => ({ [column]: `${column}${i}` }));
  const features = {
    query: [{ column: 'user', transform: 'lookup' as const, id: true }],
    candidate: [{ column: 'item', transform: 'lookup' as const, id: true }],
  };
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is measured for 1, 32 and 256 queries, with the size of what is served alone', async () => {
    vi.stubEnv('TRAINYARD_LATENCY_MS', undefined);
    const { directory } = await exportedModel({ features, model: {} }, rows('user'), rows('item'));
    let turns = 0;
    const { performance, leftOut } = await measurePerformance(directory, rows('user'), async () => {
      turns++;
    });
    expect(leftOut).toEqual([]);
    const measured = performance!;
    expect(measured.latency.map(({ queries }) => queries)).toEqual([1, 32, 256]);
    for (const { requests, p50Ms, p95Ms, p99Ms } of measured.latency) {
      expect(requests).toBeGreaterThan(0);
      expect(p50Ms).toBeGreaterThan(0);
      expect(p95Ms).toBeGreaterThanOrEqual(p50Ms);
      expect(p99Ms).toBeGreaterThanOrEqual(p95Ms);
    }
    expect(turns).toBe(measured.latency.reduce((sum, { requests }) => sum + requests, 0));
    const served = (await readdir(directory, { recursive: true })).filter((path) =>
      /^(query_model|candidate_model|transform|item_vectors)/.test(path),
    );
    const sizes = await Promise.all(served.map((path) => stat(join(directory, path))));
    const bytes = sizes.reduce((sum, one) => sum + (one.isFile() ? one.size : 0), 0);
    expect(measured.modelBytes).toBe(bytes);
  });

  it.each([
    ['0', 1],
    ['5', 10],
    ['60', 100],
  ])(
    'is asked for %s ms of each size, at least once, and for up to twice as long until there are 100 requests',
    async (milliseconds, requests) => {
      vi.stubEnv('TRAINYARD_LATENCY_MS', milliseconds);
      const { directory } = await exportedModel({ features, model: {} }, rows('user'), rows('item'));
      let now = 0;
      // Each request takes a millisecond.
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => now++);
      onTestFinished(() => clock.mockRestore());
      const measured = await measurePerformance(directory, rows('user').slice(0, 1), async () => undefined);
      expect(measured.performance?.latency.map((each) => each.requests)).toEqual([
        requests,
        requests,
        requests,
      ]);
    },
  );
});

describe('a percentile', () => {
  it('is a value of its own: the least that so many percent do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect([50, 95, 99].map((percent) => percentileOf(hundred, percent))).toEqual([50, 95, 99]);
    expect([50, 95, 99].map((percent) => percentileOf([1, 2, 3], percent))).toEqual([2, 3, 3]);
    expect(percentileOf([7], 50)).toBe(7);
  });
});
