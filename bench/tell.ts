/** A line for whoever waits; the result alone goes to the output. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
