/** What the system says of a place that a person has named and nobody can write to, in words. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { makeFolder } from '@trainyard/shared/makeFolder';

/** By the code that the system gives. */
const WHY: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of this user is used up',
  EFBIG: 'a file would be larger than the file system, or the limit of this user (ulimit -f), allows',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it can only be read',
  ENOENT: 'there is no such folder, and none was made',
  ENOTDIR: 'a folder above it is a file',
  EISDIR: 'it is a folder',
  EEXIST: 'something else of the name is there',
  ENOTEMPTY: 'something else of the name is there',
  ENAMETOOLONG: 'the name is too long',
};

/** The `UserError` of a fault of the place, which says what to do; another fault as it is. `flag` names the place. */
export function cannotWrite(cause: unknown, target: string, flag: string, left: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = Object.hasOwn(WHY, code) ? WHY[code] : undefined;
  if (cause instanceof UserError || why === undefined) return cause;
  const message = `${target} cannot be written: ${why} (${code}). ${left}; name another place with ${flag}`;
  return new UserError('cannot-write', message, { cause });
}

/** Writes texts by their names into a folder that `flag` says. */
export async function writeNamed(
  texts: Readonly<Record<string, string>>,
  folder: string,
  flag: string,
): Promise<void> {
  try {
    await makeFolder(folder);
    for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
  } catch (error) {
    throw cannotWrite(error, folder, flag, 'Not all of the files are there');
  }
}
