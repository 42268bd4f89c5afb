import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Other work on the machine: processes that take all the processor time they get. */
export class Load {
  private readonly processes: readonly ChildProcess[];

  constructor(count: number) {
    this.processes = Array.from({ length: count }, () =>
      // They end with this process, however it ends: their channel breaks.
      spawn(process.execPath, ['-e', SPIN], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.processes.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }),
    );
  }
}

/** Spins, and looks a few times a second whether its parent is still there. */
const SPIN = `
process.on('disconnect', () => process.exit(0));
const spin = () => {
  const end = Date.now() + 200;
  while (Date.now() < end);
  setImmediate(spin);
};
spin();
`;
