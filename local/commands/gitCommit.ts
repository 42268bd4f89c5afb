import { execFile } from 'node:child_process';

/** Git answers at once, or it waits for a disk or a prompt that nobody sees. */
const TIMEOUT_MS = 5000;

/**
 * The commit that is checked out in the repository that a folder belongs to. Undefined where there is none: no Git, no repository,
 * no commit yet, or an owner that Git does not trust. A run is started all the same.
 */
export function gitCommit(folder: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      'git',
      ['-C', folder, 'rev-parse', '--verify', '--quiet', 'HEAD'],
      { timeout: TIMEOUT_MS, windowsHide: true },
      (error, stdout) => {
        const commit = stdout.trim();
        resolve(error === null && /^[0-9a-f]{7,64}$/.test(commit) ? commit : undefined);
      },
    );
  });
}
