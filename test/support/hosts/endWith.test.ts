import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../temporaryFolder.js';
import { endWith } from './endWith.js';

describe.skipIf(!existsSync('/proc/self/environ'))('the end of a test run', () => {
  it.each([
    ['its environment', (folder: string) => ({ args: [], env: { DATA: `file://${folder}/purchases` } })],
    ['its arguments', (folder: string) => ({ args: ['--directory', join(folder, 'data')], env: {} })],
  ])(
    'ends a process that names the folder of the run in %s, and no other, and removes the folder',
    async (_, named) => {
      const folder = join(await temporaryFolder(), 'run');
      await mkdir(join(folder, 'data'), { recursive: true });
      const start = ({ args, env }: { args: string[]; env: Record<string, string> }) => {
        const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', ...args], {
          env,
          stdio: 'ignore',
          detached: true,
        });
        onTestFinished(() => void child.kill('SIGKILL'));
        return child;
      };
      const [own, foreign] = [start(named(folder)), start(named(`${folder.slice(0, -3)}another`))];
      await Promise.all([once(own, 'spawn'), once(foreign, 'spawn')]);

      const ended = once(own, 'exit');
      const watcher = endWith(folder);
      const cleared = once(watcher, 'exit');
      watcher.stdin?.end();

      expect(await ended).toEqual([null, 'SIGKILL']);
      await cleared;
      expect(foreign.exitCode ?? foreign.signalCode).toBeNull();
      expect(existsSync(folder)).toBe(false);
    },
  );
});
