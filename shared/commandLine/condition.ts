/** Conditions on a column as people write them at a command line. */
import { z } from 'zod';
import { mistakeInWords } from '../http/mistakeWords.js';
import { parsedJson } from '../parsedJson.js';
import { conditionSchema, type Condition } from '../spec/columns.js';

const OPERATORS = {
  '=': 'equal',
  '!=': 'notEqual',
  '>': 'greater',
  '>=': 'greaterOrEqual',
  '<': 'less',
  '<=': 'lessOrEqual',
} as const;

const EXAMPLE = '{"column": "category", "is": "in", "values": ["shoes", "hats"]}';

/** `price<20`, `category = shoes`, or the JSON of a condition of a specification. */
export const conditionText = z.string().transform((text, context): Condition => {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (text.trimStart().startsWith('{')) {
    const content = parsedJson(text);
    if (content === undefined) return refuse(`that is no JSON; write it as in ${EXAMPLE}`);
    const condition = conditionSchema.safeParse(content);
    if (condition.success) return condition.data;
    return refuse(`${mistakeOf(condition.error)}; write it as in ${EXAMPLE}`);
  }
  const [, column, operator, value] = /^\s*(.+?)\s*(<=|>=|!=|=|<|>)\s*(.*?)\s*$/s.exec(text) ?? [];
  if (column === undefined || operator === undefined || value === undefined || !isOperator(operator)) {
    return refuse(`write a column, one of ${Object.keys(OPERATORS).join(' ')} and a value, as in "price<20"`);
  }
  return { column, is: OPERATORS[operator], value };
});

/** The first mistake, with its key. Of forms of a condition, `is` says which one is meant. */
function mistakeOf({ issues: [issue] }: z.ZodError): string {
  if (!issue) return 'that is no condition';
  const key = issue.path.length === 0 ? 'the condition' : `"${issue.path.join('.')}"`;
  if (issue.code === 'invalid_union')
    return `${key} must be one of ${[...Object.values(OPERATORS), 'in', 'notNull'].map((is) => `"${is}"`).join(', ')}`;
  if (issue.code === 'unrecognized_keys')
    return `a condition has no ${issue.keys.map((name) => `"${name}"`).join(', ')} of its form`;
  return `${key} ${mistakeInWords(issue, undefined)}`;
}

function isOperator(text: string): text is keyof typeof OPERATORS {
  return Object.hasOwn(OPERATORS, text);
}
