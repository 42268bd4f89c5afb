/** `trainyard init`: from a file of data to a specification that trains. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { trainingSpecSchema, whole } from '@trainyard/shared';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import { nearestName } from '@trainyard/shared/nearestName';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { parse } from 'yaml';
import { cannotWrite } from '../../cannotWrite.js';
import { type CommandContext, defineCommand, EXIT } from '../command.js';
import { askRoles } from './askRoles.js';
import { columnTable, proposalLines } from './columnTable.js';
import { inspectFile } from './inspectFile.js';
import { propose, type Proposal } from './proposal.js';
import { likelyRoles, ROLES, type Roles } from './roles.js';
import { specText } from './specText.js';

export const init = defineCommand(
  {
    name: 'trainyard init',
    summary: 'Looks at a file of data and writes a specification that trains on it.',
    positionals: {
      file: { value: 'FILE', description: 'what users had: CSV, JSON lines or Parquet, a row each time' },
    },
    flags: {
      out: {
        short: 'o',
        value: 'FILE',
        description:
          'the specification to write; the name of the data with .yaml, in this folder, unless given',
      },
      user: {
        value: 'COLUMN',
        description: 'the column that says who; it is proposed, and asked for, unless given',
      },
      item: { value: 'COLUMN', description: 'the column that says what' },
      time: { value: 'COLUMN', description: 'the column that says when; "none" where there is none' },
      yes: { short: 'y', description: 'takes what is proposed, without a question' },
      force: { description: 'replaces a specification that is there' },
      json: {
        description: 'prints what was found and what is proposed as JSON, and writes and asks nothing',
      },
    },
    examples: [
      'trainyard init purchases.csv',
      'trainyard init purchases.parquet --user customer_id --item product_id --time none --out shop.yaml',
    ],
    notes: [
      'It asks at a terminal alone: where there is none, it takes what is proposed and says so. The file is read by this machine, 2,000,000 rows of it at most, and no row leaves it.',
    ],
  },
  async (values, context) => {
    const data = resolve(context.cwd, values.file);
    if (!existsSync(data)) throw new UserError('wrong-arguments', `there is no file ${data}`);
    const out = resolve(context.cwd, values.out ?? `${basename(data, extname(data))}.yaml`);
    if (!values.json && existsSync(out) && !values.force) throw thereAlready(out);
    if (!values.json) context.note(`looking at ${data} …`);
    const inspection = await inspectFile(data, context);
    const given = givenRoles(values, inspection);
    if (values.json) {
      const proposal = propose(inspection, needed(likelyRoles(inspection, given), inspection));
      context.terminal.draw(JSON.stringify({ proposal, inspection }, null, 2).split('\n'));
      return EXIT.ok;
    }
    context.terminal.draw(['', ...columnTable(inspection, context.terminal.layout), '']);
    const asks = !values.yes && context.terminal.isLive && process.stdin.isTTY;
    const roles = asks
      ? await askRoles(
          inspection,
          given,
          { input: process.stdin, output: process.stdout },
          context.interrupted,
        )
      : likelyRoles(inspection, given);
    if (roles === null) return EXIT.interrupted;
    const proposal = propose(inspection, needed(roles, inspection));
    const text = checkedSpec(proposal, inspection, { data, out });
    // Whoever was asked has had time, in which somebody else may have written it.
    await writeFile(out, text, { flag: values.force ? 'w' : 'wx' }).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw thereAlready(out);
      throw cannotWrite(error, out, '--out', 'Nothing is left there');
    });
    draw(proposal, out, context);
    return EXIT.ok;
  },
);

function thereAlready(out: string): UserError {
  return new UserError(
    'wrong-arguments',
    `${out} is there already: name another one with --out, or replace it with --force`,
  );
}

/** The roles that flags give. Throws `UserError` for what is no column. */
function givenRoles(
  values: Partial<Record<(typeof ROLES)[number], string | undefined>>,
  { profile }: Inspection,
): Partial<Roles> {
  const names = profile.columns.map(({ name }) => name);
  const given: Partial<Roles> = {};
  for (const role of ROLES) {
    const name = values[role];
    if (name === undefined) continue;
    if (role === 'time' && name === 'none' && !names.includes(name)) {
      given.time = null;
      continue;
    }
    if (!names.includes(name)) {
      const nearest = nearestName(name, names);
      throw new UserError(
        'wrong-arguments',
        `--${role} is "${name}", and there is no such column: there are ${names.join(', ')}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
      );
    }
    given[role] = name;
  }
  const [twice] = Object.values(given).filter((name, i, all) => all.indexOf(name) < i);
  if (typeof twice === 'string')
    throw new UserError('wrong-arguments', `"${twice}" is given two roles: a column has one`);
  return given;
}

/** Throws `UserError` where nobody can tell who had what. */
function needed(
  { user, item, time }: Partial<Roles> & { time: string | null },
  { profile }: Inspection,
): Roles {
  if (user !== undefined && item !== undefined) return { user, item, time };
  const lacking = user === undefined ? 'user' : 'item';
  const names = profile.columns.map(({ name }) => name).join(', ');
  throw new UserError(
    'wrong-arguments',
    `no column can be told to say which ${lacking} a row is of, by its name and by values that recur: name it with --${lacking} COLUMN; there are ${names}`,
  );
}

/** The text of the specification, which the schema has accepted. */
function checkedSpec(
  proposal: Proposal,
  { profile, isWhole }: Inspection,
  { data, out }: { data: string; out: string },
): string {
  const uri = relative(dirname(out), data).split(sep).join('/');
  const text = specText(proposal, { uri, rows: `${isWhole ? '' : 'the first '}${whole(profile.rows)} rows` });
  const checked = trainingSpecSchema.safeParse(parse(text));
  if (checked.success) return text;
  throw new UserError(
    'wrong-arguments',
    `no specification can be made of these columns: ${z.prettifyError(checked.error)}`,
  );
}

function draw(proposal: Proposal, out: string, { terminal, cwd }: CommandContext): void {
  const shown = relative(cwd, out);
  const file = shown.startsWith('..') ? out : shown;
  const model =
    basename(out, extname(out))
      .toLowerCase()
      .replaceAll(/[^a-z\d-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '') || 'model';
  const doubtful = proposal.cleanings.filter(({ why }) => why.startsWith('CHECK'));
  terminal.draw([
    ...proposalLines(proposal),
    '',
    `${file} is written: each line says why it is there`,
    ...doubtful.map(({ column, why }) => `  look at ${column}: ${why}`),
    '  train      trainyard up, and in another terminal',
    `             trainyard start --model ${model} --spec ${file} --watch`,
  ]);
}
