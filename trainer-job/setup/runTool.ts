import { spawn } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { environmentWith } from './config.js';

export interface ToolResult {
  /** Null when the tool could not be started at all. */
  exitCode: number | null;
  /** What it printed on both streams, the last 64 KB. */
  output: string;
  /** What it printed on standard output alone, the last 64 KB. */
  stdout: string;
}

export type RunTool = (
  command: readonly [string, ...string[]],
  options?: { folder?: string; env?: Readonly<Record<string, string>> },
) => Promise<ToolResult>;

const KEPT = 65_536;

/** Runs tools to their end; all they print goes to `logFile` too. Never throws for a tool that fails. */
export function toolRunner(logFile: string): RunTool {
  return async ([program, ...args], { folder, env = {} } = {}) => {
    const result = await new Promise<ToolResult>((resolve) => {
      let output = '';
      let stdout = '';
      const keep = (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-KEPT);
      };
      const child = spawn(program, args, {
        ...(folder !== undefined && { cwd: folder }),
        env: environmentWith(env),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.on('data', (chunk: Buffer) => {
        keep(chunk);
        stdout = (stdout + chunk.toString()).slice(-KEPT);
      });
      child.stderr.on('data', keep);
      child.on('error', (error) => resolve({ exitCode: null, output: error.message, stdout }));
      child.on('close', (exitCode) => resolve({ exitCode: exitCode ?? 1, output, stdout }));
    });
    await appendFile(
      logFile,
      `$ ${[program, ...args].join(' ')}\n${result.output}\nexit ${result.exitCode}\n`,
    );
    return result;
  };
}

/** The end of what a tool printed: enough to see why it failed. */
export function lastLines(output: string, count = 15): string {
  return output
    .trimEnd()
    .split('\n')
    .slice(-count)
    .map((line) => `    ${line}`)
    .join('\n');
}
