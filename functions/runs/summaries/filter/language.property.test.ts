/** The language of filters held against an oracle, and against whatever may be written in it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../errors/domainError.js';
import { rowOf, type RunSummary, type SummaryRow } from '../summary.js';
import { resolveField } from './fields.js';
import { compileFilter } from './matches.js';
import { compareKeys, sortKey } from './order.js';
import { invalidFilter, parseFilter, parseOrders } from './parse.js';

const row = (parts: Partial<RunSummary> & { runNumber?: number } = {}): SummaryRow => {
  const { runNumber = 1, ...rest } = parts;
  const summary = { metrics: {}, parameters: {}, tags: {}, systemTags: {}, leftOut: [], ...rest };
  return rowOf({
    ...summary,
    fields: { runNumber, status: 'failed', createdAt: '2026-11-01T12:00:00.000Z' },
  } as RunSummary);
};

async function compiled(filter: string) {
  return compileFilter(await parseFilter(filter), {
    resolve: resolveField,
    refuse: ({ at }, mistake) => {
      throw invalidFilter('filter', filter, at, mistake);
    },
  });
}
const holds = async (filter: string, of: SummaryRow) => (await compiled(filter))(of);
const refusal = async (filter: string) =>
  compiled(filter).then(
    () => 'nothing',
    (error: unknown) => (error instanceof DomainError ? error.message : error),
  );

type Tree = { is: number } | { not: Tree } | { and: Tree[] } | { or: Tree[] };
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.record({ is: fc.integer({ min: 0, max: 4 }) }),
    fc.record({ not: tie('tree') }),
    fc.record({ and: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) }),
  ),
}));

/** With no brackets but those that are needed: not before and, and before or. */
function written(one: Tree): string {
  const within = (inner: Tree, isBound: boolean) => (isBound ? written(inner) : `(${written(inner)})`);
  if ('is' in one) return `tags.t${one.is} = "x"`;
  if ('not' in one) return `NOT ${within(one.not, 'is' in one.not || 'not' in one.not)}`;
  if ('and' in one)
    return one.and.map((part) => within(part, !('or' in part) && !('and' in part))).join(' and ');
  return one.or.map((part) => within(part, !('or' in part))).join(' or ');
}

function truth(one: Tree, set: ReadonlySet<number>): boolean {
  if ('is' in one) return set.has(one.is);
  if ('not' in one) return !truth(one.not, set);
  return 'and' in one ? one.and.every((part) => truth(part, set)) : one.or.some((part) => truth(part, set));
}

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;

describe('the language of filters', () => {
  it('binds not before and, and and before or', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.uniqueArray(fc.integer({ min: 0, max: 4 })), async (one, set) => {
        const tags = Object.fromEntries(set.map((i) => [`t${i}`, 'x']));
        expect(await holds(written(one), row({ tags }))).toBe(truth(one, new Set(set)));
      }),
      { numRuns: 60 },
    );
  });

  it('finds any tag by its quoted name and its quoted text, and no other', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        text.filter((name) => name !== ''),
        text,
        text,
        async (name, value, other) => {
          const own = row({ tags: Object.fromEntries([[name, value]]) });
          expect(await holds(`tags.${quoted(name)} = ${quoted(value)}`, own)).toBe(true);
          expect(await holds(`tags.${quoted(name)} = ${quoted(`${value}${other}!`)}`, own)).toBe(false);
          expect(await holds(`tags.${quoted(`${name}!`)} = null`, own)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes whatever is written, or refuses it as a filter and an order that is wrong', async () => {
    const word = fc.constantFrom(
      'and',
      'or',
      'not',
      'in',
      'contains',
      '(',
      ')',
      ',',
      '.',
      '=',
      '!=',
      '<',
      '>=',
      '"',
      "'",
      '\\',
      '`',
      '${',
      '--',
      ';',
      '1',
      '1e999',
      '-1e999',
      '.5',
      'NaN',
      'Infinity',
      '0x1',
      '1_000',
      'null',
      'true',
      'tags',
      'params',
      '__proto__',
      'constructor',
      'status',
      'runNumber',
      'val_loss',
      'tags.a.b',
      '"x"',
      "'y'",
      '\u0000',
      'büro',
      '＝',
      '“x”',
      '𝛼',
      '\ud800',
    );
    const text = fc.oneof(
      fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' ')),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (one) => {
        for (const asked of [compiled(one).then((is) => is(row())), parseOrders(one)])
          await asked.catch((error: unknown) => {
            expect(error).toMatchObject({ code: 'invalid-filter' });
          });
      }),
      { numRuns: 300 },
    );
  });

  it('takes names with dots, digits and letters of any alphabet without quotes', async () => {
    const parameters = { 'features.query.0.column': 'user' };
    expect(await holds('params.features.query.0.column = "user"', row({ parameters }))).toBe(true);
    expect(await holds('features.query.0.column = "user"', row({ parameters }))).toBe(true);
    expect(await holds('tags.2024.k8s-io.1x = "a"', row({ tags: { '2024.k8s-io.1x': 'a' } }))).toBe(true);
    expect(await holds('tags.büro.日本 = "a"', row({ tags: { 'büro.日本': 'a' } }))).toBe(true);
    expect(await holds('m² > 1', row({ metrics: { 'm²': 2 } }))).toBe(true);
  });

  it('knows nothing of what every object has', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      for (const of of ['tags', 'systemTags', 'params', 'metrics'])
        expect(await holds(`${of}.${name} = null`, row())).toBe(true);
  });

  it('is read a thousand brackets deep', async () => {
    expect(await holds(`${'('.repeat(990)}epochs = null${')'.repeat(990)}`, row())).toBe(true);
    expect(await holds(`${'not '.repeat(490)}epochs = null`, row())).toBe(true);
  });

  it.each<[string, boolean]>([
    ['tags.n > 9', true],
    ['tags.n = "10"', true],
    ['tags.n = 10.0', true],
    ['tags.n < "9"', true],
    ['tags.hex = 16', false],
    ['tags.hex > 3', false],
    ['tags.on = true', true],
    ['tags.on != "true"', false],
    ['params.rate = "0.10"', true],
    ['params.rate < "1e1"', true],
    ['params.rate < "z"', false],
    ['params.rate in ("x", "0.1")', true],
    ['params.flag = "true"', true],
    ['runNumber > "9"', true],
    ['runNumber in ("10")', true],
    ['val_loss < 1e308', true],
    ['other_metric != 1 and other_metric = null and not (other_metric < 1 or other_metric >= 1)', true],
    ['createdAt >= "2026-11-01T13:00:00+01:00" and createdAt <= "2026-11-01T12:00:00Z"', true],
    ['createdAt < "2026-11-02" and createdAt > "2026"', true],
    ['title contains "" and not title contains "x"', true],
  ])('compares text and number as what they are: %s', async (filter, expected) => {
    const tags = { n: '10', hex: '0x10', on: 'true' };
    const one = row({ runNumber: 10, tags, parameters: { rate: 0.1, flag: true }, metrics: { val_loss: 2 } });
    expect(await holds(filter, one)).toBe(expected);
  });

  it.each([
    ['val_loss > "abc"', '"val_loss" is a number, and is compared with "abc": give a number, or null'],
    ['val_loss = true', 'is a number'],
    ['runNumber in (1, "x")', '"runNumber" is a number'],
    ['gatesPassed = 1', '"gatesPassed" is true or false'],
    ['status = "complete"', '"status" is never "complete": it is pending'],
    ['status = "complete"', 'did you mean "completed"?'],
    ['intent in ("baselin")', 'did you mean "baseline"?'],
    ['title = true', '"title" is a text'],
    ['title > 3', '"title" is a text'],
    ['createdAt > "yesterday"', '"createdAt" is an instant'],
    ['createdAt > "2026-13-01"', '"createdAt" is an instant'],
    ['createdAt > 2026', '"createdAt" is an instant'],
    ['val_loss < null', 'nothing is greater or smaller than null'],
    ['tags.a >= true', 'nothing is greater or smaller than true'],
    ['val_loss < 1e999', 'a number of at most 1.8e308 in size, and 1e999 is larger'],
  ])('refuses %s, which no run could pass', async (filter, told) => {
    expect(await refusal(filter)).toContain(told);
  });
});

describe('an order', () => {
  it('is one, whatever the values are: those that are lacking last, numbers before texts, tags of numbers as numbers', async () => {
    const value = fc.option(fc.constantFrom('10', '9', 'x', '0x1', '', '1e999', 'b', '-3'), {
      nil: undefined,
    });
    const direction = fc.constantFrom('asc', 'desc');
    const rows = fc.array(value, { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, direction, async (values, way) => {
        const [order] = await parseOrders(`tags.t ${way}`);
        const orders = order ? [{ field: resolveField(order.field), isDescending: way === 'desc' }] : [];
        const keys = values.map((t, i) =>
          sortKey(row({ runNumber: i + 1, tags: t === undefined ? {} : { t } }), orders),
        );
        const compare = compareKeys(orders);
        for (const a of keys)
          for (const b of keys) {
            expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)) + 0);
            for (const c of keys)
              if (compare(a, b) < 0 && compare(b, c) < 0) expect(compare(a, c)).toBeLessThan(0);
          }
        const sorted = keys.toSorted(compare).map(({ values: [one] }) => one);
        const lacking = sorted.findIndex((one) => one === undefined);
        expect(lacking < 0 || sorted.slice(lacking).every((one) => one === undefined)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a field', () => {
  it.each(['hasOwnProperty', 'constructor', '__proto__', 'toString'])(
    'whose name is that of %s, which every object has, is a metric as any other',
    (name) => {
      expect(resolveField({ path: [name], at: 0 })).toMatchObject({ kind: 'metric', name });
      expect(resolveField({ path: [name], at: 0 }).valueOf(row())).toBeUndefined();
    },
  );
});
