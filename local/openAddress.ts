/** Opens a page with the program of this machine for web pages. */
import { spawn } from 'node:child_process';
import { platform } from 'node:process';
import { UserError } from '@trainyard/shared/commandLine/userError';

/** The program that opens a page by its address, with its arguments, by the system. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Resolves once that program runs. Throws `UserError` where it cannot be started. */
export async function openAddress(address: string): Promise<void> {
  const [program = 'xdg-open', ...before] = OPENERS[platform] ?? ['xdg-open'];
  await new Promise<void>((done, failed) => {
    const child = spawn(program, [...before, address], { detached: true, stdio: 'ignore' });
    child.once('error', (cause) =>
      failed(
        new UserError('cannot-open', `${program} could not be started here: open ${address} yourself`, {
          cause,
        }),
      ),
    );
    child.once('spawn', () => {
      child.unref();
      done();
    });
  });
}
