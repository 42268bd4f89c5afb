import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_ATTACHMENT_BYTES, newRunId } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { newRun } from '../../../test/support/newRun.js';
import { runCommandLine } from '../../../test/support/runCommandLine.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

async function world() {
  const cp = await testControlPlane();
  const { port } = await serveFunction('api');
  const run = newRun(cp.now(), { runId: newRunId(), status: 'completed' });
  await cp.put(run);
  const folder = await temporaryFolder();
  const url = `http://127.0.0.1:${port}`;
  const attach = (...args: string[]) => runCommandLine(['attach', ...args, '--url', url], folder);
  const attached = async () => (await cp.run(run.runId)).attachments.map(({ path }) => path);
  return { folder, attach, attached, url, run };
}

describe('trainyard attach', () => {
  it('attaches a file by its own name or another, replaces it where asked, and takes it away', async () => {
    const { folder, attach, attached, url, run } = await world();
    await writeFile(join(folder, 'notes of ana.md'), 'first');
    const { code, out } = await attach('demo#1', 'notes of ana.md');
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(out).toMatch(/demo#1: notes of ana\.md, 5 bytes, sha256:[0-9a-f]{64}/);
    const address = `${url}/api/training-runs/${run.runId}/attachments/notes%20of%20ana.md`;
    expect(out).toContain(address);
    expect(await (await fetch(address)).text()).toBe('first');
    await writeFile(join(folder, 'notes of ana.md'), 'second');
    const refused = await attach('demo#1', 'notes of ana.md');
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/another file at "notes of ana\.md".*ask to replace it/);
    expect((await attach(run.runId, 'notes of ana.md', '--replace', '--json')).out).toContain('"bytes":6');
    expect(await (await fetch(address)).text()).toBe('second');
    await attach('demo#1', 'notes of ana.md', '--as', 'review/notes.md');
    expect(await attached()).toEqual(['notes of ana.md', 'review/notes.md']);
    expect((await attach('demo#1', '--remove', 'review/notes.md')).out).toContain('review/notes.md is gone');
    expect(await attached()).toEqual(['notes of ana.md']);
  });

  it('says before it sends anything what cannot be attached', async () => {
    const { folder, attach, attached } = await world();
    await mkdir(join(folder, 'plots'));
    await writeFile(join(folder, 'large.bin'), Buffer.alloc(MAX_ATTACHMENT_BYTES + 1));
    await writeFile(join(folder, '.env'), 'x');
    const cases: [string[], RegExp][] = [
      [['nothing.txt'], /nothing\.txt cannot be read: ENOENT/],
      [['plots'], /plots is no file: put a folder into an archive first/],
      [['large.bin'], /large\.bin has 26,214,401 bytes, and 26,214,400 are taken/],
      [['.env'], /the name \.env must be a path such as .*give another by --as/],
      [['large.bin', '--as', '../x'], /--as \.\.\/x must be a path/],
      [[], /name a file to attach, or one to take away by --remove/],
      [['.env', '--remove', 'a'], /\.env would be attached, and --remove takes a away: say one of them/],
      [['--remove', 'a', '--replace'], /not about --remove/],
    ];
    for (const [args, says] of cases) {
      const { code, err } = await attach('demo#1', ...args);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(err).toMatch(says);
    }
    expect(await attached()).toEqual([]);
  });
});
