#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  const { runCli } = await import(main.href);
  await runCli();
} else {
  process.stderr.write('trainyard is not built yet: run "npm run build" in the repository first\n');
  process.exitCode = 1;
}
