/** Makes of the recommender's core one file without any import, zod included: for a service, a function or a page. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url);

export interface PackedRecommender {
  bytes: number;
  /** Modules that the file still imports: none. */
  imports: readonly string[];
}

/** Writes `file`, an ES module that exports what `@trainyard/recommender` does. */
export async function packRecommender(file: string): Promise<PackedRecommender> {
  const build = await rolldown({
    input: fileURLToPath(new URL('recommender/dist/index.js', ROOT)),
    platform: 'neutral',
  });
  try {
    const { output } = await build.generate({ format: 'esm', codeSplitting: false });
    const [{ code, imports, dynamicImports }] = output;
    await writeFile(file, code);
    return { bytes: Buffer.byteLength(code), imports: [...imports, ...dynamicImports] };
  } finally {
    await build.close();
  }
}
