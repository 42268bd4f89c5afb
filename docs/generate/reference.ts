/** Writes `docs/reference` from the tables and schemas that the product itself runs on, or compares the two. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { makeFolder } from '@trainyard/shared/makeFolder';

export type Pages = Readonly<Record<string, () => string>>;

/** A page as the folder holds it: laid out by prettier, so that the check of the format has nothing to say against it. */
async function contentOf(file: string, page: () => string): Promise<string> {
  return format(page(), { ...(await resolveConfig(file)), filepath: file });
}

async function filesIn(folder: string): Promise<string[]> {
  await makeFolder(folder);
  return (await readdir(folder)).toSorted();
}

/** The pages that the folder lacks, has in another form, or has although nothing makes them. */
export async function staleFiles(folder: string, pages: Pages): Promise<string[]> {
  const present = await filesIn(folder);
  const stale = present.filter((name) => !(name in pages));
  for (const [name, page] of Object.entries(pages)) {
    const file = join(folder, name);
    const written = present.includes(name) ? await readFile(file, 'utf8') : undefined;
    if (written !== (await contentOf(file, page))) stale.push(name);
  }
  return stale.toSorted();
}

/** Brings the folder up to date, and says which of its files that changed. */
export async function writeReference(folder: string, pages: Pages): Promise<string[]> {
  const stale = await staleFiles(folder, pages);
  for (const name of stale) {
    const file = join(folder, name);
    const page = pages[name];
    await (page ? writeFile(file, await contentOf(file, page)) : rm(file));
  }
  return stale;
}
