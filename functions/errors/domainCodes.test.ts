import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isTransientStatus } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { DOMAIN_CODES } from './domainCodes.js';

const FUNCTIONS = fileURLToPath(new URL('..', import.meta.url));
const CODES = Object.entries(DOMAIN_CODES);

/** All that the control plane is written in, without the table itself, tests and what is built. */
async function sources(): Promise<string> {
  const files = await readdir(FUNCTIONS, { recursive: true });
  const own = files.filter(
    (file) =>
      /^(?!dist|bundle|node_modules).*(?<!\.test|\.d)\.ts$/.test(file) && !file.endsWith('domainCodes.ts'),
  );
  return (await Promise.all(own.map((file) => readFile(join(FUNCTIONS, file), 'utf8')))).join('\n');
}

describe('the codes of the control plane', () => {
  it('are each thrown somewhere', async () => {
    // The code of a spent budget is the one that runs bear as well, and has a name of its own.
    const text = (await sources()).replaceAll(/\bBUDGET_EXCEEDED\b/g, "'budget-exceeded'");
    const unused = CODES.map(([code]) => code).filter(
      (code) => !new RegExp(`new DomainError\\(\\s*'${code}'`).test(text),
    );
    expect(unused).toEqual([]);
  });

  it.each(CODES)(
    '%s is tried again exactly where a client that knows only its status would',
    (_, problem) => {
      expect(problem.retried).toBe(isTransientStatus(problem.status));
    },
  );
});
