import type { Example } from '@trainyard/shared/profile/validation';

/** At most four digits that matter. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}

export function percent(share: number): string {
  return `${figure(100 * share)} %`;
}

export function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${name}"`);
  return names.length > 10 ? `${shown.join(', ')} and ${names.length - 10} more` : shown.join(', ');
}

/** `: "-5" in row 17, "900" in row 23`, or nothing. */
export function exampleText(examples: readonly Example[]): string {
  const shown = examples
    .slice(0, 3)
    .map(({ row, value }) => `"${value.slice(0, 60)}"${row === null ? '' : ` in row ${row}`}`);
  return shown.length === 0 ? '' : `: ${shown.join(', ')}`;
}
