// Prints "passed failed skipped" of a vitest JSON report. What was skipped is named on stderr, and what failed there and in the file
// of the second argument, for whoever has only the end of a long output.
import { appendFileSync, readFileSync } from 'node:fs';

const [reportFile, failuresFile] = process.argv.slice(2);
const counts = { passed: 0, failed: 0, skipped: 0 };
const fail = (name, messages) => {
  counts.failed += 1;
  const line = `failed: ${name}\n${messages.join('\n').slice(0, 2_000)}\n`;
  process.stderr.write(line);
  appendFileSync(failuresFile, line);
};

const report = JSON.parse(readFileSync(reportFile, 'utf8'));
for (const file of report.testResults) {
  if (file.status === 'failed' && file.assertionResults.length === 0) fail(file.name, [file.message]);
  for (const test of file.assertionResults) {
    if (test.status === 'passed') counts.passed += 1;
    else if (test.status === 'failed') fail(`${file.name}: ${test.fullName}`, test.failureMessages);
    else {
      counts.skipped += 1;
      process.stderr.write(`skipped: ${test.fullName}\n`);
    }
  }
}
process.stdout.write(`${counts.passed} ${counts.failed} ${counts.skipped}\n`);
