/** Writes a line for whoever waits to stderr: the output holds the result alone. */
export function printProgress(line: string): void {
  process.stderr.write(`${line}\n`);
}
