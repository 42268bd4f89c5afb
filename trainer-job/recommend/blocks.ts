/** Blocks of lists that are done, so that what was interrupted goes on where it stopped. */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';

const PLAN_FILE = 'plan.json';
const BLOCK = /^block-(\d{8})\.jsonl$/;

/** Blocks on disk, each a file of JSON lines, a line a list. */
export class Blocks {
  private constructor(
    private readonly folder: string,
    /** The numbers of those that are there. */
    readonly done: Set<number>,
  ) {}

  /** Takes over the blocks of an earlier process if they are of the same plan; else all that is there goes. */
  static async open(folder: string, plan: string): Promise<Blocks> {
    const file = join(folder, PLAN_FILE);
    const found = await readFile(file, 'utf8').catch((error: unknown) => orMissing(error, null));
    if (found !== plan) {
      await rm(folder, { recursive: true, force: true });
      await makeFolder(folder);
      await writeWhole(file, plan);
    }
    return new Blocks(folder, new Set(await doneBlocks(folder)));
  }

  /** Appears whole or not at all. */
  async write(number: number, text: string): Promise<void> {
    await writeWhole(this.pathOf(number), text);
    this.done.add(number);
  }

  /** In the order of their numbers. */
  get files(): string[] {
    return [...this.done].toSorted((a, b) => a - b).map((number) => this.pathOf(number));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private pathOf(number: number): string {
    return join(this.folder, `block-${String(number).padStart(8, '0')}.jsonl`);
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, text);
  await rename(unfinished, path);
}

/** The numbers of the blocks that are in a folder; none where there is no such folder. */
export async function doneBlocks(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: unknown) => orMissing(error, []));
  return names.flatMap((name) => BLOCK.exec(name)?.[1] ?? []).map(Number);
}

/** What stands for a file or folder that is not there. */
function orMissing<T>(error: unknown, missing: T): T {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return missing;
  throw error;
}
