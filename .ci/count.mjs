// Prints "passed failed skipped" of a vitest JSON report, and names on stderr what was skipped.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of report.testResults) {
  if (file.status === 'failed' && file.assertionResults.length === 0) counts.failed += 1;
  for (const test of file.assertionResults) {
    if (test.status === 'passed') counts.passed += 1;
    else if (test.status === 'failed') counts.failed += 1;
    else {
      counts.skipped += 1;
      process.stderr.write(`skipped: ${test.fullName}\n`);
    }
  }
}
process.stdout.write(`${counts.passed} ${counts.failed} ${counts.skipped}\n`);
