import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandTable } from './commandTable.js';
import { fieldChoices, fieldDescription } from './fieldDescription.js';
import { commaSeparated, pairs, wholeNumber } from './flags.js';
import { commandHelp, programHelp, usageOf } from './help.js';
import { editDistance, nearestName } from '../nearestName.js';
import { parseArguments } from './parseArguments.js';
import { commandReference, programReference } from './referencePage.js';
import { UserError } from './userError.js';

const PACK = commandTable({
  name: 'crate pack',
  summary: 'Packs a crate.',
  positionals: { crate: { value: 'CRATE', description: 'the crate, such as `c#1`' } },
  flags: {
    output: { short: 'o', value: 'FILE', description: 'where it goes', schema: z.string() },
    limit: {
      short: 'n',
      value: 'N',
      description: 'at most so many',
      schema: wholeNumber(1, 1000).default(20),
    },
    colour: { value: 'NAME', description: 'of the lid', schema: z.enum(['red', 'blue']).optional() },
    tag: {
      multiple: true,
      value: 'TAG',
      description: 'of the crate',
      schema: z.array(z.string().min(2, 'write two letters')).default([]),
    },
    parts: { value: 'A,B', description: 'what goes in', schema: commaSeparated.optional() },
    note: { value: 'TEXT', description: 'any_text <of> yours' },
    dry: { description: 'packs nothing', group: 'Trials' },
  },
  examples: ['crate pack c#1 --output c.zip'],
  exitCodes: [
    { code: 0, summary: 'done', explanation: 'It is packed.' },
    { code: 2, summary: 'wrong arguments', explanation: 'Nothing was packed.' },
  ],
});
const pack = (...args: string[]) => parseArguments(PACK, args);

describe('an argument that takes all the rest', () => {
  const LIFT = commandTable({
    name: 'crate lift',
    summary: 'Lifts crates.',
    positionals: {
      hook: { value: 'HOOK', description: 'what they hang on' },
      crates: {
        value: 'CRATE',
        multiple: true,
        description: 'the crates',
        schema: z.array(z.string().min(2, 'write two letters')).min(1, 'name one'),
      },
    },
    flags: { slow: { description: 'does not swing' } },
    examples: ['crate lift h c1 c2'],
  });

  it('is a list, with flags anywhere between', () => {
    expect(parseArguments(LIFT, ['h', 'c1', '--slow', 'c2', 'c3'])).toEqual({
      hook: 'h',
      crates: ['c1', 'c2', 'c3'],
      slow: true,
    });
  });

  it('says which of them is wrong, and is written with dots', () => {
    expect(() => parseArguments(LIFT, ['h', 'c1', 'c'])).toThrow('CRATE is "c"; write two letters');
    expect(() => parseArguments(LIFT, ['h'])).toThrow('write: crate lift HOOK CRATE … [options]');
    expect(usageOf(LIFT)).toBe('crate lift HOOK CRATE … [options]');
  });
});

describe('parseArguments', () => {
  it('reads each value by its schema, and fills in what is not given', () => {
    expect(pack('c#1', '-o', 'c.zip')).toEqual({
      crate: 'c#1',
      output: 'c.zip',
      limit: 20,
      colour: undefined,
      tag: [],
      parts: undefined,
      note: undefined,
      dry: false,
    });
    expect(
      pack(
        '--output=c.zip',
        '-n',
        '1_000',
        '--colour',
        'red',
        '--tag',
        'aa',
        '--tag',
        'bb',
        '--parts',
        'x, y',
        '--note=-5',
        '--dry',
        '--',
        '--c',
      ),
    ).toEqual({
      crate: '--c',
      output: 'c.zip',
      limit: 1000,
      colour: 'red',
      tag: ['aa', 'bb'],
      parts: ['x', 'y'],
      note: '-5',
      dry: true,
    });
  });

  it.each([[['--help']], [['c', '-h']], [['--limit', '0', '--help']]])('asks for help with %j', (args) => {
    expect(pack(...args)).toBe('help');
  });

  it.each([
    [['c'], '--output is missing: FILE is where it goes'],
    [[], 'write: crate pack CRATE --output FILE [options]'],
    [['a', 'b', '-o', 'f'], 'write: crate pack CRATE --output FILE [options]'],
    [['c', '--outptu', 'f'], "Unknown option '--outptu'; did you mean --output?"],
    [['c', '--zebra'], "Unknown option '--zebra'"],
    [['c', '-x'], "Unknown option '-x'"],
    [
      ['-17', '-o', 'f'],
      "Unknown option '-17': where it is no option, write it after all of them, behind two dashes: -- -17",
    ],
    [['c', '--toString'], "Unknown option '--toString'"],
    [['c', '-o', 'f', '--limit', '0'], '--limit is "0"; allowed is a whole number from 1 to 1000'],
    [['c', '-o', 'f', '--limit', '1e2'], '--limit is "1e2"; allowed is a whole number from 1 to 1000'],
    [['c', '-o', 'f', '--colour', 'green'], '--colour is "green"; allowed are red, blue'],
    [['c', '-o', 'f', '--tag', 'aa', '--tag', 'b'], '--tag is "b"; write two letters'],
    [
      ['c', '-o', 'a', '--output', 'b'],
      '--output is given 2 times, as "a" and "b": it takes one value, so write it once',
    ],
    [['c', '-o', ''], '--output is empty: name a file, or leave it out (the folder that you are in is .)'],
    [['c', '-o'], '-o lacks its value: write -o FILE'],
    [['c', '-o', '--dry'], '-o lacks its value: write -o FILE, or -o=--dry where that is the value'],
    [['c', '-o', 'f', '--dry=yes'], '--dry is a switch: it takes no value, and got "yes"'],
  ])('refuses %j', (args, message) => {
    expect(() => pack(...args)).toThrow(UserError);
    expect(() => pack(...args)).toThrow(new UserError('wrong-arguments', message));
  });

  it('takes pairs with each name once', () => {
    const pair = z.string().transform((text): [string, string] => [text.slice(0, 1), text.slice(2)]);
    const HANG = commandTable({
      name: 'crate hang',
      summary: 'Hangs a crate.',
      positionals: { place: { value: 'DIR', description: 'where', schema: z.string().optional() } },
      flags: {
        set: { multiple: true, value: 'KEY=VALUE', description: 'how', schema: pairs(pair) },
      },
      examples: ['crate hang'],
    });
    expect(parseArguments(HANG, [])).toEqual({ place: undefined, set: [] });
    expect(parseArguments(HANG, ['--set', 'a=1', '--set', 'b=1'])).toMatchObject({
      set: [
        ['a', '1'],
        ['b', '1'],
      ],
    });
    expect(() => parseArguments(HANG, ['--set', 'a=1', '--set', 'a=2'])).toThrow(
      '--set is "a=2"; a is given twice: write it once',
    );
    expect(() => parseArguments(HANG, [''])).toThrow('DIR is empty: name a folder');
  });

  it('ends in values, in help or in a UserError, whatever is written', () => {
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom('-o', '--output', '--limit', '--dry', '--', '-', '--=', '3'),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 6 }), (args) => {
        try {
          pack(...args);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});

describe('nearestName', () => {
  it.each([
    ['strat', 'start'],
    ['wach', 'watch'],
    ['lists', 'list'],
    ['q', undefined],
    ['reproduces', undefined],
  ])('of %s is %s', (written, nearest) => {
    expect(nearestName(written, ['start', 'watch', 'list', 'up'])).toBe(nearest);
  });

  it('counts letters added, removed, changed or swapped', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('strat', 'start')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('abc', 'abc')).toBe(0);
  });
});

describe('help', () => {
  it('follows from the table', () => {
    expect(commandHelp(PACK)).toEqual([
      'Usage: crate pack CRATE --output FILE [options]',
      '',
      'Packs a crate.',
      '',
      '  CRATE              the crate, such as `c#1`',
      '',
      'Options',
      '  -o, --output FILE  where it goes (required)',
      '  -n, --limit N      at most so many (default 20)',
      '  --colour NAME      of the lid: red, blue',
      '  --tag TAG          of the crate',
      '  --parts A,B        what goes in',
      '  --note TEXT        any_text <of> yours',
      '  -h, --help         shows this text',
      '',
      'Trials',
      '  --dry              packs nothing',
      '',
      'Exit codes: 0 done, 2 wrong arguments.',
      '',
      'Examples',
      '  crate pack c#1 --output c.zip',
    ]);
  });

  it('wraps at the width', () => {
    const lines = commandHelp(PACK, 40);
    expect(lines).toContain('  -n, --limit N      at most so many');
    expect(lines).toContain('                     (default 20)');
  });

  it('of a program has a line for each command', () => {
    const program = {
      name: 'crate',
      summary: 'Crates.',
      commands: [PACK],
      notes: ['Mind the lid.'],
      exitCodes: [],
    };
    expect(programHelp(program)).toContain('  pack  Packs a crate.');
    expect(programHelp(program).at(-1)).toBe('Mind the lid.');
  });
});

describe('the reference of command lines', () => {
  it('has a section for each command, and words that Markdown would read as its own escaped', () => {
    const program = { name: 'crate', summary: 'Crates.', commands: [PACK], notes: [], exitCodes: [] };
    const page = programReference(program);
    expect(page).toContain(`### \`crate pack\`\n\nPacks a crate.\n\n\`\`\`bash\n${usageOf(PACK)}\n\`\`\``);
    expect(page).toContain('- `--note TEXT`: any\\_text \\<of\\> yours\n');
    expect(page).toContain('- `CRATE`: the crate, such as `c#1`');
    expect(commandReference(PACK)).toMatch(/^## `crate pack`\n/);
  });
});

describe('fieldDescription', () => {
  const schema = z.object({
    outer: z
      .discriminatedUnion('type', [
        z.object({
          type: z.literal('a'),
          rate: z.number().meta({ description: 'The rate. More.' }).default(1),
        }),
        z.object({ type: z.literal('b') }),
      ])
      .prefault({ type: 'a' }),
    id: z.string().meta({ description: 'L2 penalty' }).optional(),
    bare: z.string(),
  });

  it('is the first sentence of what the schema says, through defaults and unions', () => {
    expect(fieldDescription(schema, ['outer', 'rate'])).toBe('the rate');
    expect(fieldDescription(schema, ['id'])).toBe('L2 penalty');
  });

  it('throws where nothing is said, or no such field is', () => {
    expect(() => fieldDescription(schema, ['bare'])).toThrow('does not describe bare');
    expect(() => fieldDescription(schema, ['none', 'rate'])).toThrow('does not describe none.rate');
  });

  it('has the words that a field may be beside it, those of all members of a union', () => {
    expect(fieldChoices(schema, ['outer', 'type'])).toEqual(['a', 'b']);
    expect(fieldChoices(z.object({ way: z.enum(['up', 'down']).optional() }), ['way'])).toEqual([
      'up',
      'down',
    ]);
    expect(fieldChoices(schema, ['bare'])).toEqual([]);
  });
});
