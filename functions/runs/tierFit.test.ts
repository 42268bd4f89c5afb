import type { Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane, type TestControlPlane } from '../../test/support/controlPlane.js';
import { trainer } from '../../test/support/callbacks.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { dispatch } from './dispatch.js';
import { estimateRun } from './estimate.js';
import type { SentCallback } from './planCallbacks.js';
import { recordCallbacks } from './recordCallback.js';

const gpu = (memoryGb: number, type: 'nvidia-t4' | 'nvidia-l4') => ({
  region: 'europe-west4',
  cpu: 8,
  memoryGb,
  accelerator: { type, count: 1 },
});
const TIERS = [
  { name: 'small', launcher: 'fake', usdPerHour: 1, machine: gpu(16, 'nvidia-t4') },
  { name: 'same', launcher: 'fake', usdPerHour: 1.5, machine: gpu(16, 'nvidia-t4') },
  { name: 'large', launcher: 'fake', usdPerHour: 4, machine: gpu(64, 'nvidia-l4') },
];
/** Ten million rows of 256 and Adagrad's sum of each: 20.5 GB, which is 19.1 GiB. */
const wide = {
  query: [
    { column: 'user', transform: 'lookup' as const, id: true },
    { column: 'city', transform: 'hash' as const, buckets: 10_000_000, dim: 256 },
  ],
  candidate:
    EXAMPLE_SPEC.features && 'candidate' in EXAMPLE_SPEC.features ? EXAMPLE_SPEC.features.candidate : [],
};

describe('a run that needs more memory than its first tiers have', () => {
  it('is launched on the first that is large enough, and nothing is asked of the others', async () => {
    const cp = await testControlPlane({ tiers: TIERS });
    const { runId } = await cp.request({ features: wide });
    await dispatch(cp, runId);
    expect(cp.launcher.started).toMatchObject([{ tier: 'large', attempt: 1 }]);
    expect(await cp.run(runId)).toMatchObject({ status: 'provisioning', tierIndex: 2, attempt: 1 });
    expect(cp.logged).toContainEqual(
      expect.objectContaining({
        message: 'a tier is too small',
        fields: expect.objectContaining({
          tier: 'small',
          reason: 'it needs 19.1 GB of memory at least and there are 16',
        }),
      }),
    );
  });

  it('is refused when it names none that is, with what each lacks and which would do', async () => {
    const cp = await testControlPlane({ tiers: TIERS });
    await expect(cp.request({ features: wide, compute: { tiers: ['small', 'same'] } })).rejects.toMatchObject(
      {
        code: 'does-not-fit',
        detail: expect.stringMatching(
          /small: it needs 19\.1 GB of memory.*same: .*: name large in compute\.tiers/,
        ),
      },
    );
    expect(cp.documents()).toEqual({});
  });

  it('is told so by the estimate, which recommends the cheapest that is', async () => {
    const cp = await testControlPlane({ tiers: TIERS });
    const { spec } = await cp.request({ features: wide });
    expect(await estimateRun(cp, 'other', spec)).toMatchObject({
      tiers: [{ tooSmall: expect.stringMatching(/19\.1 GB/) }, {}, { tooSmall: null }],
      recommendedTier: 'large',
    });
    const { spec: little } = await cp.request();
    expect(await estimateRun(cp, 'other', little)).toMatchObject({ recommendedTier: 'small' });
  });
});

describe('a trainer that finds its memory too small', () => {
  const outOfMemory = {
    code: 'out-of-memory',
    message: 'training needs 20 GB',
    stage: 'train' as const,
    remedy: 'less',
  };
  const fails = (cp: TestControlPlane, { runId, attempt }: Run, retriable: boolean) => {
    const { body } = trainer(attempt).heartbeat(0);
    const sender = { attempt, seq: body.seq, sentAt: body.sentAt };
    return recordCallbacks(cp, runId, attempt, [
      {
        id: `failed-${attempt}`,
        callback: { type: 'callback', kind: 'failed', body: { ...sender, error: outOfMemory, retriable } },
      } satisfies SentCallback,
    ]);
  };

  it.each([false, true])(
    'is launched again at once on the next tier with more, without a retry (retriable: %s)',
    async (retriable) => {
      const cp = await testControlPlane({ tiers: TIERS });
      const { runId } = await cp.request({ compute: { maxRetries: 0 } });
      await dispatch(cp, runId);
      await fails(cp, await cp.run(runId), retriable);
      expect(await cp.run(runId)).toMatchObject({
        status: 'pending',
        attempt: 2,
        tierIndex: 1,
        outgrown: ['small'],
        retriesUsed: 0,
      });
      await dispatch(cp, runId);
      expect(cp.launcher.started.map(({ tier, attempt }) => `${tier} ${attempt}`)).toEqual([
        'small 1',
        'large 2',
      ]);
    },
  );

  it('fails with its own words where no tier has more', async () => {
    const cp = await testControlPlane({ tiers: TIERS.slice(0, 2) });
    const { runId } = await cp.request({ compute: { maxRetries: 0 } });
    await dispatch(cp, runId);
    await fails(cp, await cp.run(runId), false);
    await dispatch(cp, runId);
    expect(cp.launcher.started).toHaveLength(1);
    expect(await cp.run(runId)).toMatchObject({ status: 'failed', error: outOfMemory });
  });

  it('fails on the last tier', async () => {
    const cp = await testControlPlane({ tiers: TIERS.slice(0, 1) });
    const { runId } = await cp.request({ compute: { maxRetries: 0 } });
    await dispatch(cp, runId);
    await fails(cp, await cp.run(runId), false);
    expect(await cp.run(runId)).toMatchObject({ status: 'failed', error: outOfMemory });
  });
});
