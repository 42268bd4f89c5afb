/** Texts of the filter language as trees, or a refusal that points at the place. */
import { WRITTEN_PARAMETERS } from '@trainyard/shared';
import { z } from 'zod';
import { DomainError } from '../../../errors/domainError.js';
import { GRAMMAR } from './grammar.js';

const valueSchema = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const fieldSchema = z.strictObject({ path: z.array(z.string()).min(1), at: z.int() });
const operatorSchema = z.enum(['=', '!=', '<', '<=', '>', '>=']);

export type FilterValue = z.infer<typeof valueSchema>;
/** A field as it was written, and where, from 0. */
export type FieldName = z.infer<typeof fieldSchema>;
export type Operator = z.infer<typeof operatorSchema>;

export type Filter =
  | { kind: 'and' | 'or'; parts: Filter[] }
  | { kind: 'not'; part: Filter }
  | { kind: 'compare'; field: FieldName; operator: Operator; value: FilterValue }
  | { kind: 'in'; field: FieldName; isNegated: boolean; values: FilterValue[] }
  | { kind: 'contains'; field: FieldName; isNegated: boolean; text: string };

const filterSchema: z.ZodType<Filter> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['and', 'or']), parts: z.array(filterSchema) }),
    z.strictObject({ kind: z.literal('not'), part: filterSchema }),
    z.strictObject({
      kind: z.literal('compare'),
      field: fieldSchema,
      operator: operatorSchema,
      value: valueSchema,
    }),
    z.strictObject({
      kind: z.literal('in'),
      field: fieldSchema,
      isNegated: z.boolean(),
      values: z.array(valueSchema),
    }),
    z.strictObject({
      kind: z.literal('contains'),
      field: fieldSchema,
      isNegated: z.boolean(),
      text: z.string(),
    }),
  ]),
);

const orderSchema = z.strictObject({ field: fieldSchema, direction: z.enum(['asc', 'desc']).nullable() });
type Order = z.infer<typeof orderSchema>;

/** The parameters of a request that are written in the language. */
export type AskedBy = keyof typeof WRITTEN_PARAMETERS;

/** Fails with `invalid-filter`, which says where and what is allowed there. */
export async function parseFilter(text: string): Promise<Filter> {
  return filterSchema.parse(await parsed(text, 'filter', 'Filter'));
}

/** Fails with `invalid-filter`. */
export async function parseOrders(text: string, name: AskedBy = 'orderBy'): Promise<Order[]> {
  return z.array(orderSchema).parse(await parsed(text, name, 'Orders'));
}

/** Fields with commas between. Fails with `invalid-filter`. */
export async function parseColumns(text: string): Promise<FieldName[]> {
  const columns = await parseOrders(text, 'columns');
  const ordered = columns.find(({ direction }) => direction !== null);
  if (ordered)
    throw invalidFilter(
      'columns',
      text,
      ordered.field.at,
      'a column is named without a direction, which orderBy takes',
    );
  return columns.map(({ field }) => field);
}

async function parsed(text: string, name: AskedBy, startRule: string): Promise<unknown> {
  const { parser, SyntaxError } = await (made ??= makeParser());
  try {
    return parser(text, startRule);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { message, location } = error;
    const expectation = message.replace(/ but (?:end of input|".*") found\.$/s, '');
    throw invalidFilter(name, text, location.start.offset, lowerFirst(expectation));
  }
}

/** What is wrong, and the text with a mark at the place. */
export function invalidFilter(name: AskedBy, text: string, at: number, what: string): DomainError {
  const before = text.slice(Math.max(0, at - 40), at);
  const after = text.slice(at, at + 40);
  const place = at >= text.length ? 'at its end' : `at character ${at + 1}`;
  const shown = `${at > 40 ? '…' : ''}${before}⟨here⟩${after}${at + 40 < text.length ? '…' : ''}`;
  return new DomainError(
    'invalid-filter',
    `${WRITTEN_PARAMETERS[name]} is wrong ${place}: ${what}${what.endsWith('?') ? '' : '.'} It reads: ${shown}`,
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

interface Parser {
  parser: (text: string, startRule: string) => unknown;
  SyntaxError: new (...args: never[]) => Error & { location: { start: { offset: number } } };
}

/** Made at the first filter: a function that is asked for none does not load what makes it. */
let made: Promise<Parser> | undefined;

async function makeParser(): Promise<Parser> {
  const { default: peggy } = await import('peggy');
  const generated = peggy.generate(GRAMMAR, { allowedStartRules: ['Filter', 'Orders'] });
  return {
    parser: (text, startRule) => generated.parse(text, { startRule }) as unknown,
    SyntaxError: generated.SyntaxError,
  };
}
