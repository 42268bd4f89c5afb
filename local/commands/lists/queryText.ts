/** The values of a query as they are written at the command line. */
import type { FeatureValue, FeatureValues } from '@trainyard/recommender';
import { parsedJson } from '@trainyard/shared';
import { z } from 'zod';

const EXAMPLE = '--query country=AT --query age=30, or --query \'{"country": "AT", "age": 30}\'';

const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const objectSchema = z.record(z.string(), z.union([valueSchema, z.array(valueSchema)]));

type Given = readonly (readonly [string, FeatureValue])[];

/** `column=value`, whose value is a text, or the JSON of an object of values by column. */
const partText = z.string().transform((text, context): Given => {
  if (text.trimStart().startsWith('{')) {
    const values = objectSchema.safeParse(parsedJson(text));
    if (values.success) return Object.entries(values.data);
  } else {
    const [, column, value] = /^\s*([^=]+?)\s*=(.*)$/s.exec(text) ?? [];
    if (column !== undefined && value !== undefined) return [[column, value]];
  }
  context.addIssue({ code: 'custom', message: `write values by column, as in ${EXAMPLE}` });
  return z.NEVER;
});

/** Several of them make one query; each column is given once. Null without any. */
export const queryText = z
  .array(partText)
  .transform((parts, context): FeatureValues => {
    const given = parts.flat();
    const twice = given.find(([column], i) => given.findIndex(([other]) => other === column) < i);
    if (twice === undefined) return Object.fromEntries(given);
    context.addIssue({ code: 'custom', message: `"${twice[0]}" is given twice: write it once` });
    return z.NEVER;
  })
  .optional();
