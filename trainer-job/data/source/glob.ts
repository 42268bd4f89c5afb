import { posix } from 'node:path';
import { TrainerError } from '../../errors/trainerError.js';

/** Whether a path or a URI is a pattern. */
export const isPattern = (path: string): boolean => /[*?[]/.test(path);

/** What Spark, Hadoop, Databricks and desktops put beside the files of a table; none of it holds rows. */
const MARKER =
  /^(_SUCCESS|_metadata|_common_metadata|_(committed|started)_\d+|\..*\.crc|\.DS_Store|Thumbs\.db)$/;

/** `*`, `?` and `[…]` stay within a folder, `**` does not. Markers that hold no rows are matched by no pattern. */
export function globMatcher(pattern: string): (path: string) => boolean {
  const expression = pattern.replace(/\*\*\/?|[*?]|\[[^\]]*\]|[.+^${}()|\\[\]]/g, (part) => {
    if (part === '**/') return '(.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.length > 1 ? part : `\\${part}`;
  });
  try {
    const compiled = new RegExp(`^${expression}$`);
    return (path) => compiled.test(path) && !MARKER.test(posix.basename(path));
  } catch (error) {
    throw new TrainerError(
      'invalid-pattern',
      `dataset.source.uri has the pattern ${pattern}, which cannot be read`,
      'use *, ?, ** and sets such as [0-9]',
      { stage: 'ingest', cause: error },
    );
  }
}
