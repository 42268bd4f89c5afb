import type { StageName } from '@trainyard/shared';
import type { LogFields, LogLevel } from './reporter.js';

export type WriteLine = (line: string) => void;

const SEVERITY: Record<LogLevel, string> = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' };

/** The process's own log: a JSON object per line, with the names that Cloud Logging knows. */
export function processLog(identity: { runId: string; attempt: number }, write: WriteLine) {
  return (level: LogLevel, stage: StageName | null, message: string, fields: LogFields, at: Date): void =>
    write(
      JSON.stringify({
        severity: SEVERITY[level],
        message,
        time: at.toISOString(),
        ...identity,
        stage,
        ...fields,
      }),
    );
}
