/** What commands write appears under its name whole: it is made beside it, on the same disk, in a folder named after the process at work. */
import { createHash } from 'node:crypto';
import { readlinkSync, rmSync } from 'node:fs';
import { link, lstat, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { startOf } from '@trainyard/functions/ports/jobLauncher/processIdentity';

const PREFIX = '.trainyard-unfinished-';
const NAME = new RegExp(String.raw`^\.${PREFIX.slice(1)}([0-9a-f]{12})-(\d+)-([0-9a-f]{12})-`);

/**
 * Does the work with a folder beside `target`, which goes at its end, however it ends. What killed processes have left there goes first.
 * The folder that `target` is to lie in is there.
 */
export async function madeBeside<T>(target: string, work: (folder: string) => Promise<T>): Promise<T> {
  const beside = dirname(target);
  await removeLeftovers(beside);
  const own = `${PREFIX}${machine()}-${process.pid}-${digestOf(startOf(process.pid) ?? '')}-`;
  const folder = await mkdtemp(join(beside, own));
  // Whoever interrupts twice ends the process at once.
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  try {
    return await work(folder);
  } finally {
    process.removeListener('exit', removeNow);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Puts a finished file or folder under the name of `target`, unless something is there: false then, and that is left as it is. */
export async function putNew(finished: string, target: string, makeLink = link): Promise<boolean> {
  try {
    if ((await lstat(finished)).isDirectory()) await rename(finished, target);
    else await putNewFile(finished, target, makeLink);
    return true;
  } catch (error) {
    const isThere = await lstat(target).then(
      () => true,
      () => false,
    );
    if (isThere && TAKEN.has(codeOf(error))) return false;
    throw error;
  }
}

/** What renaming or linking onto something fails with. */
const TAKEN: ReadonlySet<string> = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR']);
/** What file systems without hard links say of one. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** A rename would replace what somebody else has put there since the look; a link never does. */
async function putNewFile(finished: string, target: string, makeLink: typeof link): Promise<void> {
  try {
    await makeLink(finished, target);
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error))) throw error;
    // The name is taken by an empty file, which nobody else can have made, and which the finished one then replaces.
    await (await open(target, 'wx')).close();
    await rename(finished, target).catch(async (cause: unknown) => {
      await rm(target, { force: true });
      throw cause;
    });
  }
}

/** Removes what processes of this machine have left that are gone; a number that is used again has another start. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, where, pid = '', start] = NAME.exec(name) ?? [];
    if (where !== machine() || digestOf(startOf(Number(pid)) ?? '') === start) continue;
    await rm(join(folder, name), { recursive: true, force: true }).catch((error: unknown) => {
      // Another user's, in a folder of all: it is theirs to remove, and in nobody's way.
      if (!['EACCES', 'EPERM'].includes(codeOf(error))) throw error;
    });
  }
}

/** Where the numbers of processes are those that this one sees: a machine, and on Linux a container of it. */
function machine(): string {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch (error) {
    // Other systems have one for all.
    if (!['ENOENT', 'EACCES', 'EINVAL'].includes(codeOf(error))) throw error;
  }
  return digestOf(`${hostname()} ${namespace}`);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
