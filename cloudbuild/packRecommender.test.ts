import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packRecommender, type PackedRecommender } from './packRecommender.js';

const GOLDEN = fileURLToPath(new URL('../recommender/golden/trainer-0.1.0-tower-2/hybrid/', import.meta.url));

/**
 * A realm with nothing but the language and what browsers have too: whatever the bundle imports is refused, and there is no
 * `process`, `Buffer` or `require`.
 */
const BARE = `
  import { readFile } from 'node:fs/promises';
  import vm from 'node:vm';
  const [bundle, folder] = process.argv.slice(2);
  const context = vm.createContext({ TextDecoder, TextEncoder, URL });
  const module = new vm.SourceTextModule(await readFile(bundle, 'utf8'), {
    context,
    identifier: 'recommender.js',
    importModuleDynamically: (name) => { throw new Error('refused: ' + name); },
  });
  await module.link((name) => { throw new Error('refused: ' + name); });
  await module.evaluate();
  const { openModel, RecommenderError } = module.namespace;
  const model = await openModel((path) => readFile(folder + path));
  let refused;
  try { model.recommend({ usr: 1 }); } catch (error) { refused = [error instanceof RecommenderError, error.code]; }
  const globals = ['process', 'Buffer', 'require'].filter((name) => vm.runInContext('typeof ' + name, context) !== 'undefined');
  const query = { user: 3, city: 'c1', at: '2023-11-20T10:00:00Z', flag: true };
  console.log(JSON.stringify({ best: model.recommend(query, { k: 5 }), refused, globals }));
`;

describe('the packed recommender', () => {
  let folder: string;
  let file: string;
  let packed: PackedRecommender;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trainyard-packed-'));
    file = join(folder, 'recommender.mjs');
    packed = await packRecommender(file);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is one file without imports', async () => {
    expect(packed.imports).toEqual([]);
    expect(packed.bytes).toBeLessThan(400_000);
    expect(await readFile(file, 'utf8')).not.toMatch(/\bfrom\s*["']node:|\brequire\(["']/);
  });

  it('recommends where the modules of Node are refused and its globals are not there', async () => {
    const script = join(folder, 'bare.mjs');
    await writeFile(script, BARE);
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--experimental-vm-modules',
      '--no-warnings',
      script,
      file,
      GOLDEN,
    ]);
    const answers = JSON.parse(await readFile(`${GOLDEN}answers.json`, 'utf8')) as {
      recommended: { item: string }[];
    }[];
    const { best, refused, globals } = JSON.parse(stdout) as Record<string, unknown>;
    expect(best).toEqual(
      answers[0]!.recommended.map(({ item }) => expect.objectContaining({ item }) as unknown),
    );
    expect(refused).toEqual([true, 'unknown-column']);
    expect(globals).toEqual([]);
  });
});
