import { describe, expect, it } from 'vitest';
import type { JobLauncher, LaunchRequest } from '../../functions/ports/jobLauncher/jobLauncher.js';
import { until } from '../support/until.js';

export interface LauncherUnderTest {
  /** A launcher of the same platform, as another process has one. */
  open(): JobLauncher;
  tier: string;
  /** How many jobs the platform has been made to start. */
  started(): Promise<number>;
  /** Lets a job end by itself. */
  end(name: string, exitCode: number): Promise<void>;
}

const RUN = 'a'.repeat(20);
const OTHER_RUN = 'b'.repeat(20);

/** What every launcher promises; `prepare` makes a platform without jobs, which is gone after the test. */
export function describeJobLauncher(what: string, prepare: () => Promise<LauncherUnderTest>): void {
  const launching = async () => {
    const platform = await prepare();
    const request = (runId = RUN, attempt = 1): LaunchRequest => ({
      runId,
      attempt,
      modelId: 'shop',
      tier: platform.tier,
      env: { RUN_ID: runId, ATTEMPT: String(attempt) },
      requestedAt: new Date().toISOString(),
      timeoutSeconds: 3600,
    });
    return { platform, request, launcher: platform.open() };
  };

  describe(`${what} as a launcher`, () => {
    it('starts one job however often, and by however many, an attempt is launched', async () => {
      const { platform, request, launcher } = await launching();
      const { name } = await launcher.launch(request());
      const again = [launcher, launcher, platform.open(), platform.open()].map((one) =>
        one.launch(request()),
      );
      expect(await Promise.all(again)).toEqual(again.map(() => ({ name })));
      expect(await platform.started()).toBe(1);
    });

    it('starts one job when the first launches come together', async () => {
      const { platform, request, launcher } = await launching();
      const launches = await Promise.all([1, 2, 3].map(() => launcher.launch(request())));
      expect(new Set(launches.map(({ name }) => name)).size).toBe(1);
      expect(await platform.started()).toBe(1);
    });

    it('launches another attempt, and another run, as other jobs', async () => {
      const { platform, request, launcher } = await launching();
      const wanted = [request(), request(RUN, 2), request(RUN, 12), request(OTHER_RUN)];
      const names = [];
      for (const one of wanted) names.push((await launcher.launch(one)).name);
      expect(new Set(names).size).toBe(wanted.length);
      expect(await platform.started()).toBe(wanted.length);
    });

    it.each([0, 1, 2, 75])(
      'tells that a job is there, and that it ended with exit code %i, whoever asks',
      async (code) => {
        const { platform, request, launcher } = await launching();
        const { name } = await launcher.launch(request());
        expect(['waiting', 'running']).toContain((await launcher.inspect(name)).state);
        await platform.end(name, code);
        for (const one of [launcher, platform.open()]) {
          const ended = await until('the end', async () => {
            const state = await one.inspect(name);
            return state.state === 'ended' && state;
          });
          expect(ended).toEqual({ state: 'ended', exitCode: code });
        }
      },
    );

    it('starts no job for an attempt whose job has ended', async () => {
      const { platform, request, launcher } = await launching();
      const { name } = await launcher.launch(request());
      await platform.end(name, 1);
      await until('the end', async () => (await launcher.inspect(name)).state === 'ended');
      expect(await platform.open().launch(request())).toEqual({ name });
      expect(await platform.started()).toBe(1);
    });

    it('stops a job when it is asked to, and may be asked again', async () => {
      const { platform, request, launcher } = await launching();
      const [stopped, other] = [await launcher.launch(request()), await launcher.launch(request(OTHER_RUN))];
      await platform.open().cancel(stopped.name);
      await until('the end', async () => (await launcher.inspect(stopped.name)).state === 'ended');
      await launcher.cancel(stopped.name);
      expect((await launcher.inspect(other.name)).state).not.toBe('ended');
      expect(await launcher.launch(request())).toEqual(stopped);
    });

    it('knows no job of a name that was never launched, and stops none', async () => {
      const { launcher } = await launching();
      for (const name of ['never-1', '../never', 'projects/p/locations/r/jobs/j/executions/e', '']) {
        expect(await launcher.inspect(name)).toEqual({ state: 'unknown' });
        await launcher.cancel(name);
      }
    });
  });
}
