/** A log as a file of lines, for who takes it away. */
import type { LogPage } from '@trainyard/shared/http/bodies';
import { read } from '../../../api/request.js';
import { saveAs } from '../../../figures/saveAs.js';
import { fileLine, type SaidLine } from './logLines.js';

/** All of a run's log, also what is not in the panel. */
export async function wholeLog(runId: string): Promise<SaidLine[]> {
  const lines: SaidLine[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: LogPage = await read(`/api/training-runs/${encodeURIComponent(runId)}/logs`, { cursor });
    lines.push(...page.lines);
    cursor = page.nextCursor;
  }
  return lines;
}

/** Gives the reader a file of these lines. */
export function saveLog(name: string, lines: readonly SaidLine[]): void {
  const content = lines.map((line) => `${fileLine(line)}\n`).join('');
  saveAs(`${name}.log`, new Blob([content], { type: 'text/plain' }));
}
