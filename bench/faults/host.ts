import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { announcementSchema, files, type HostSettings, type StoreState } from './settings.js';

/** A host under test, seen from the harness. */
export class Host {
  private child: ChildProcess | undefined;
  private url: string | undefined;

  /** `program` is the built entry of the host's process. */
  constructor(private readonly program: string) {}

  /** Where it serves; undefined while it is down. */
  get address(): string | undefined {
    return this.url;
  }

  /** Resolves when it serves. */
  async start(settings: HostSettings): Promise<void> {
    // Its functions print every failure that they were made to have.
    const output = openSync(join(settings.folder, files.output), 'a');
    const child = fork(this.program, [JSON.stringify(settings)], {
      execArgv: [],
      // Google's clients look for a metadata server at their first call, which no test machine has.
      env: { METADATA_SERVER_DETECTION: 'none' },
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    this.child = child;
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the host has ended by itself with exit code ${String(code)}`);
    });
    ended.catch(() => undefined);
    const [announced] = await Promise.race([once(child, 'message'), ended]);
    this.url = announcementSchema.parse(announced).url;
  }

  setStore(store: StoreState): void {
    this.child?.send({ store });
  }

  /** SIGKILL, whatever it is doing. */
  async kill(): Promise<void> {
    const { child } = this;
    this.url = undefined;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
