import type { Finding } from './finding.js';

const MARKS: Readonly<Record<Finding['severity'], string>> = {
  ok: '✓',
  warning: '!',
  error: '✗',
  unknown: '?',
};

/** For people: what is wrong with the command that mends it, then one line that sums up. */
export function reportLines(findings: readonly Finding[]): string[] {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, severity, says, mend }) => [
    `${MARKS[severity]} ${check.padEnd(width)}  ${says}`,
    ...(mend === null ? [] : [`  ${' '.repeat(width)}    ${mend}`]),
  ]);
  return [...lines, '', summary(findings)];
}

function summary(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length;
  const parts = [
    `${count('ok')} well`,
    `${count('error')} wrong`,
    `${count('warning')} to look at`,
    `${count('unknown')} not to be seen`,
  ];
  return parts.join(', ');
}
