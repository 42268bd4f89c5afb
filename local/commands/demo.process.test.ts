/** Whether `trainyard demo` ends with its run. The run fails at its first stage, which is the quickest that one ends. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { until } from '../../test/support/until.js';
import { readConfig } from '../config.js';
import { runCommand } from '../main.js';
import { Terminal } from '../watch/terminal.js';

/** A demo whose only row is left out, at a terminal or where there is none. */
async function demoAt({ isTTY, flags = [] }: { isTTY: boolean; flags?: readonly string[] }) {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'rows.csv'), 'user,item\nu1,i1\n');
  await writeFile(
    join(cwd, 'spec.yaml'),
    [
      'dataset: { source: { uri: rows.csv }, split: { strategy: random }, where: [{ column: user, is: equal, value: u2 }] }',
      'features:',
      '  query: [{ column: user, transform: lookup, id: true }]',
      '  candidate: [{ column: item, transform: lookup, id: true }]',
    ].join('\n'),
  );
  const written: string[] = [];
  const ctrlC = new AbortController();
  let code: number | undefined;
  const ended = runCommand(['demo', '--data', 'rows.csv', '--spec', 'spec.yaml', ...flags], {
    config: readConfig({}),
    cwd,
    terminal: new Terminal({ isTTY, write: (text) => written.push(text) }, true),
    note: (line) => written.push(`${line}\n`),
    interrupted: ctrlC.signal,
  }).then((exit) => (code = exit));
  return { out: () => written.join(''), ended, ctrlC, code: () => code };
}

describe('trainyard demo', () => {
  it('serves the page of its run on until Ctrl-C at a terminal', async () => {
    const { out, ended, ctrlC, code } = await demoAt({ isTTY: true });
    const address = await until(
      'the end of the run',
      async () => /the run on the page: (\S+)[^]*until Ctrl-C/.exec(out())?.[1],
      30_000,
    );
    expect((await fetch(address)).ok).toBe(true);
    expect(code()).toBeUndefined();
    ctrlC.abort();
    expect(await ended).toBe(1);
    await expect(fetch(address)).rejects.toThrow('fetch failed');
  });

  it.each([
    ['where there is no terminal', { isTTY: false }],
    ['at a terminal with --exit', { isTTY: true, flags: ['--exit'] }],
  ])('ends with its run %s', async (_, at) => {
    const { out, ended } = await demoAt(at);
    expect(await ended).toBe(1);
    expect(out()).toMatch(/look at it {2}http:\S+\/runs\/[a-z2-7]{20}\n/);
    expect(out()).not.toContain('until Ctrl-C');
  });

  it('is told one of --keep and --exit', async () => {
    const { ended, out } = await demoAt({ isTTY: false, flags: ['--keep', '--exit'] });
    expect(await ended).toBe(2);
    expect(out()).toContain('--keep and --exit say the opposite');
  });
});
