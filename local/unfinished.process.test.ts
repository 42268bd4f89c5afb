import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/support/temporaryFolder.js';
import { madeBeside } from './unfinished.js';

describe('what is made beside its name', () => {
  it('clears what killed processes have left, never what one at work has in hand, or what is somebody else’s', async () => {
    const folder = await temporaryFolder();
    const script = `
      import { writeFile } from 'node:fs/promises';
      import { madeBeside } from ${JSON.stringify(new URL('./dist/unfinished.js', import.meta.url).href)};
      await madeBeside(process.argv[1] + '/result', async (beside) => {
        await writeFile(beside + '/half', 'x');
        process.stdout.write('at work');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, folder]);
    await once(child.stdout, 'data');
    const [unfinished = ''] = await readdir(folder);
    const others = unfinished.replace(/-unfinished-.{12}/, '-unfinished-000000000000');
    await mkdir(join(folder, others));
    await madeBeside(join(folder, 'result'), () => Promise.resolve());
    expect((await readdir(folder)).toSorted()).toEqual([others, unfinished].toSorted());
    child.kill('SIGKILL');
    await once(child, 'exit');
    await madeBeside(join(folder, 'result'), () => Promise.resolve());
    expect(await readdir(folder)).toEqual([others]);
  });
});
