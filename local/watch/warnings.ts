import type { RunWarning } from '@trainyard/shared';
import { type Layout, paint, wrap } from './layout.js';

/** Each warning with what to do, behind `indent`; nothing where all is well. */
export function warningLines(warnings: readonly RunWarning[], layout: Layout, indent: string): string[] {
  return warnings.flatMap(({ message, remedy }) => [
    ...wrap(`warning: ${message}`, layout.width, indent).map((line) => paint(layout, 'yellow', line)),
    ...(remedy === null ? [] : wrap(`what to do: ${remedy}`, layout.width, `${indent}  `)),
  ]);
}
