/** SQL that somebody gives may run for good or make values of any size: neither keeps the process, nor takes the machine. */
import { readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { ended, finals, SPEC, workplace } from '../../test/support/hosts/trainerProcess.js';
import { until } from '../../test/support/until.js';

vi.setConfig({ testTimeout: 90_000 });

const ENDLESS =
  'with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t where n < 0';
const withSql = (sql: string) => ({ ...SPEC, dataset: { ...SPEC.dataset, sql } });
const heartbeats = ({ plane }: Awaited<ReturnType<typeof workplace>>) => plane.taken('heartbeat');

describe('a trainer inside one long query', () => {
  const endless = withSql(`select "user", item, (${ENDLESS}) as "at" from source`);

  it('leaves when the control plane says stop', async () => {
    const place = await workplace(endless);
    place.plane.behave = () => (heartbeats(place).length >= 2 ? 'stop' : 'continue');
    const trainer = place.start(1);
    await ended(trainer, 143);
    expect(finals(place.plane)).toMatchObject([{ body: { reason: 'stopped', uri: null } }]);
  });

  it('leaves on SIGTERM', async () => {
    const place = await workplace(endless);
    const trainer = place.start(1);
    await until('the query', () => heartbeats(place).length >= 2, 60_000);
    trainer.child.kill('SIGTERM');
    await ended(trainer, 143);
    expect(finals(place.plane)).toMatchObject([{ body: { reason: 'preempted' } }]);
  });
});

/** The most that a process has had resident, in MB; 0 once it is gone. */
function peakMegabytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

const hasProc = platform() === 'linux';

describe.skipIf(!hasProc)(
  'SQL that makes larger values than the memory allows (its size is read in /proc)',
  () => {
    it.each([
      ['the system bounds the process', process.env['PATH'] ?? '', 1300],
      // It goes beyond by what it takes until the query has let go or the process is killed: unbounded it takes all there is.
      ['the system has no means to bound it', '/nowhere', 6000],
    ])('ends as out of memory with what to do, where %s', async (_where, path, mostMegabytes) => {
      const place = await workplace(
        withSql(`select repeat('x', 100000000) as "user", item, "at" from source`),
      );
      const trainer = place.start(1, { PATH: path, TRAINYARD_MEMORY_MB: '256', TRAINYARD_THREADS: '2' });
      let peak = 0;
      const watch = setInterval(() => (peak = Math.max(peak, peakMegabytes(trainer.child.pid ?? 0))), 50);
      const exit = await trainer.exit.finally(() => clearInterval(watch));
      // Where the query does not let go of its thread in time, the process is killed once it has said why.
      expect([75, 'SIGKILL']).toContain(exit);
      expect(place.plane.taken('failed')).toMatchObject([
        {
          body: {
            error: {
              code: 'out-of-memory',
              stage: 'ingest',
              message: expect.stringMatching(/memory/) as string,
              remedy: expect.stringMatching(/raise TRAINYARD_MEMORY_MB/) as string,
            },
          },
        },
      ]);
      expect(peak).toBeGreaterThan(100);
      expect(peak).toBeLessThan(mostMegabytes);
    });
  },
);
