import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/support/temporaryFolder.js';
import { withoutWords } from './withoutWords.js';

describe('a bundle without words', () => {
  it('keeps schemas, however they are nested, and loses what they say', async () => {
    const folder = join(await temporaryFolder(), 'shared', 'dist');
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'schema.js');
    await writeFile(
      file,
      `export const described = (schema) => schema;
const inner = described({ a: described(1, 'The words of a.', 2) }, 'Of (all), "quoted".');
console.log(inner);
export const unused = described({ b: 1 }, 'Never seen.');
`,
    );
    const bundle = await rolldown({ input: file, plugins: [withoutWords], treeshake: true });
    const { output } = await bundle.generate({ format: 'esm' });
    await bundle.close();
    const [{ code }] = output;
    expect(code).toContain('a: 1');
    expect(code).not.toMatch(/words|quoted|Never/);
  });
});
