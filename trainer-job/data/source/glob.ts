import { TrainerError } from '../../errors/trainerError.js';

/** Whether a path or a URI is a pattern. */
export const isPattern = (path: string): boolean => /[*?[]/.test(path);

/** `*`, `?` and `[…]` stay within a folder, `**` does not. */
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
    return (path) => compiled.test(path);
  } catch (error) {
    throw new TrainerError(
      'invalid-pattern',
      `dataset.source.uri has the pattern ${pattern}, which cannot be read`,
      'use *, ?, ** and sets such as [0-9]',
      { stage: 'ingest', cause: error },
    );
  }
}
