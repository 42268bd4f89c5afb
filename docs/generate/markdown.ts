/** Pieces of Markdown. */

export const NOTICE =
  '<!-- Made by `npm run docs` from the schemas in the sources: change those, not this page. -->';

/** A page of a title and its parts, with a blank line between any two. */
export function page(title: string, ...parts: readonly string[]): string {
  return `${[NOTICE, `# ${title}`, ...parts].join('\n\n')}\n`;
}

/** A value as it stands in JSON, in code quotes. */
export function code(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const fence = text.includes('`') ? '``' : '`';
  return text === '' ? '`""`' : `${fence}${text}${fence}`;
}

/** A value as JSON in a block of its own. */
export function jsonBlock(value: unknown): string {
  return ['```json', JSON.stringify(value, undefined, 2), '```'].join('\n');
}
