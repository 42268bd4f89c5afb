/** Names of files being written; no key may look like one. */
export const UNFINISHED = '.unfinished-';

/** The parts of a key. Throws `RangeError` for one that could lead elsewhere. */
export function checkedSegments(key: string): string[] {
  const segments = key.split('/');
  const isBad = (part: string) =>
    part === '' || part === '.' || part === '..' || part.startsWith(UNFINISHED) || /[\\\0]/.test(part);
  if (segments.some(isBad)) {
    throw new RangeError(
      `object key "${key}": use parts of any name but "", "." and "..", with "/" between them`,
    );
  }
  return segments;
}

/** The folder that all keys of a prefix are in, "" for the root; the prefix's last part may be the beginning of a name. */
export function folderOf(prefix: string): string {
  if (!prefix.includes('/')) return '';
  return checkedSegments(prefix.slice(0, prefix.lastIndexOf('/'))).join('/');
}
