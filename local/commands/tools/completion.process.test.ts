import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../test/support/runCommandLine.js';
import { COMMANDS } from '../program.js';

const run = promisify(execFile);

function isHere(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
}
const MISSING = ['zsh', 'fish'].filter((shell) => !isHere(shell));
if (MISSING.length > 0)
  console.warn(`completion is not read by ${MISSING.join(' and ')}: not installed here`);

let folder = '';
const scriptOf = (shell: string) => join(folder, `trainyard.${shell}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-completion-'));
  for (const shell of ['bash', 'zsh', 'fish'])
    await writeFile(scriptOf(shell), (await runCommandLine(['completion', shell])).out);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What bash offers for the last of these words. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _trainyard; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', script, 'bash', scriptOf('bash'), 'trainyard', ...words]);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('trainyard completion', () => {
  it('offers every command in bash', async () => {
    const firsts = new Set([...COMMANDS.keys()].map((name) => name.split(' ')[0] ?? ''));
    expect(new Set(await offered(''))).toEqual(firsts.add('help'));
    expect(await offered('comp')).toEqual(['compare', 'completion']);
  });

  it.each<[string[], string[]]>([
    [['start', '--mod'], ['--model']],
    [['sweep', 'pa'], ['pause']],
    [['sweep', '--strategy', 't'], ['tpe']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['export', 'mlflow', '--m'], ['--model']],
    [['export', '--m'], []],
  ])('offers for %j what goes there: %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  it('offers files where a file is wanted, and nothing where a model is', async () => {
    await writeFile(join(folder, 'purchases.csv'), '');
    expect(await offered('init', join(folder, 'purch'))).toEqual([join(folder, 'purchases.csv')]);
    expect(await offered('start', '--model', '')).toEqual([]);
  });

  it.skipIf(MISSING.includes('fish'))('is read by fish, with the summaries', async () => {
    const { stdout } = await run('fish', ['-c', `source ${scriptOf('fish')}; complete -C "trainyard sta"`]);
    expect(stdout).toBe('start\tStarts a run of a model.\n');
  });

  it.skipIf(MISSING.includes('zsh'))('is read by zsh without a mistake', async () => {
    await run('zsh', ['-n', scriptOf('zsh')]);
  });

  it('refuses another shell with those that there are', async () => {
    const { code, err } = await runCommandLine(['completion', 'csh']);
    expect([code, err]).toEqual([2, expect.stringContaining('bash, zsh')]);
  });
});
