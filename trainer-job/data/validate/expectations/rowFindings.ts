import { assertNever, whole } from '@trainyard/shared';
import type { Finding } from '@trainyard/shared/profile/validation';
import { verdict } from './finding.js';
import type { RowExpectation } from './rowChecks.js';
import type { RowResult } from './rowResult.js';
import { exampleText, percent, quoted } from './words.js';

/** Says in words what was counted, and judges it. */
export function judgeRows(expectation: RowExpectation, result: RowResult): Finding {
  if ('problem' in result) return verdict(expectation, false, result.problem);
  const { count, total, examples } = result;
  const allowed = expectation.expect === 'unique' ? 0 : expectation.atMost;
  const of = `${whole(count)} of ${whole(total)}`;
  const limit =
    allowed === 0 ? '' : ` (${percent(count / Math.max(1, total))}; allowed is ${percent(allowed)})`;
  const message = `${sentence(expectation, of)}${limit}${exampleText(examples)}`;
  return { ...verdict(expectation, count <= allowed * total, message), count, total, examples };
}

function sentence(expectation: RowExpectation, of: string): string {
  switch (expectation.expect) {
    case 'range': {
      const { min, max, strict, column } = expectation;
      const bounds = [
        min === undefined ? '' : `${strict ? 'above' : 'at least'} ${min}`,
        max === undefined ? '' : `${strict ? 'below' : 'at most'} ${max}`,
      ].filter((text) => text !== '');
      return `column "${column}": ${of} values are not ${bounds.join(' and ')}`;
    }
    case 'values': {
      const { column, values } = expectation;
      return `column "${column}": ${of} values are none of ${quoted(values.map(String))}`;
    }
    case 'pattern':
      return `column "${expectation.column}": ${of} values do not match ${expectation.pattern}`;
    case 'unique': {
      const { columns } = expectation;
      return `column${columns.length > 1 ? 's' : ''} ${quoted(columns)}: ${of} rows repeat the values of an earlier row`;
    }
    case 'outliers':
      return `column "${expectation.column}": ${of} values are farther than ${expectation.z} standard deviations from the mean`;
    case 'labels':
      return `column "${expectation.column}": ${of} labels are far from what their user's and item's others predict`;
    default:
      return assertNever(expectation);
  }
}
