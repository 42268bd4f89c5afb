import { resolve } from 'node:path';
import { otherSweepNames } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { budgetDoubt } from '@trainyard/functions/sweeps/report/sweepFile';
import { plain, wrap } from '../../watch/layout.js';
import { EXIT } from '../command.js';
import { isThisMachine } from '../connect.js';
import { type SentPlace, withNamedPlaces } from '../sent/namedPlaces.js';
import { asSpec, type OuterSpec, prepareSpec, readSpec } from '../specFile.js';
import type { SweepAsked, SweepValues } from './actions.js';
import { watchUntilOver } from './look.js';
import { readSweepFile, type SentSweep, type SweepFileRead } from './sweepFile.js';

export async function startSweep({ client, values, context }: SweepAsked): Promise<number> {
  const { model } = values;
  if (model === undefined)
    throw new UserError('wrong-arguments', '--model is missing: name the model of the runs');
  const read = await readSweepFile(values.space ?? 'default', context.cwd);
  const specFile = values.spec === undefined ? read.specFile : resolve(context.cwd, values.spec);
  const spec = prepareSpec(
    await writtenSpec(read, specFile),
    { data: values.data },
    // What a sweep file says of its data is meant from its folder.
    { specFile: specFile ?? read.file ?? context.cwd, cwd: context.cwd, local: isThisMachine(client.url) },
  );
  const flags = ofFlags(values);
  const sweep = await withNamedPlaces(
    client.startSweep(model, { ...withoutFields(read.sent, Object.keys(flags)), ...flags, spec }),
    placesOf(read, specFile, Object.keys(flags)),
    context.cwd,
  );
  const { sweepId, name } = sweep;
  if (values.detach && values.json) context.terminal.draw([JSON.stringify(sweep)]);
  const unlimited = budgetDoubt(sweep);
  if (!values.json)
    context.terminal.draw([
      `sweep ${sweepId}${name === sweepId ? '' : ` (${plain(name)})`} of up to ${sweep.maxTrials === 1 ? 'one trial' : `${sweep.maxTrials} trials`}, ${sweep.maxParallel} at a time, was started at ${client.url}`,
      ...(values.space === undefined
        ? wrap(
            `it tries the usual ranges around the specification (--space default): ${Object.keys(sweep.space).join(', ')}; --space FILE says what else`,
            context.terminal.layout.width,
            '  ',
          )
        : []),
      ...(unlimited === '' ? [] : wrap(unlimited, context.terminal.layout.width, '  ')),
    ]);
  if (!values.detach) return watchUntilOver({ client, values, context }, sweepId);
  if (!values.json) context.terminal.draw([`see it: trainyard sweep watch ${sweepId}`]);
  return EXIT.ok;
}

function writtenSpec({ sent, file }: SweepFileRead, specFile: string | undefined): Promise<OuterSpec> {
  if (specFile !== undefined) return readSpec(specFile);
  const spec = sent['spec'];
  if (spec !== undefined && file !== undefined) return Promise.resolve(asSpec(spec, file));
  throw new UserError('wrong-arguments', '--spec is missing: name the specification that trials differ from');
}

/** The flag that gives a field of the request, where the two are not called alike. */
const FLAGS: Readonly<Record<string, string>> = {
  maxTrials: 'trials',
  maxParallel: 'parallel',
  timeoutSeconds: 'timeout',
  budgetUsd: 'budget',
};

/** The fields of the request that flags give. */
function ofFlags(values: SweepValues): SentSweep {
  const given = {
    name: values.name,
    experiment: values.experiment,
    strategy: values.strategy && { kind: values.strategy },
    pruner: values.pruner && { kind: values.pruner },
    objective: values.objective,
    maxTrials: values.trials,
    maxParallel: values.parallel,
    timeoutSeconds: values.timeout,
    budgetUsd: values.budget,
    seed: values.seed,
    tiers: values.tiers,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What a file says of these fields does not count, under the name of another tool neither. */
function withoutFields(sent: SentSweep, fields: readonly string[]): SentSweep {
  const names = new Set(fields.flatMap((field) => [field, ...otherSweepNames(field)]));
  if (names.has('objective')) names.add('direction');
  return Object.fromEntries(Object.entries(sent).filter(([name]) => !names.has(name)));
}

/** Where a part of the request stood: in the file of the specification, or in that of the space or the sweep. */
function placesOf(
  { file, isSpaceAlone, names }: SweepFileRead,
  specFile: string | undefined,
  flags: readonly string[],
) {
  return ([part = '', ...rest]: readonly string[]): SentPlace | undefined => {
    if (part === 'spec' && specFile !== undefined) return { file: specFile, keys: rest };
    if (flags.includes(part)) return { flag: `--${FLAGS[part] ?? part}` };
    if (file === undefined) return undefined;
    if (isSpaceAlone) return part === 'space' ? { file, keys: rest } : undefined;
    const own = [part, ...otherSweepNames(part)].find((name) => names.includes(name)) ?? part;
    return { file, keys: [own, ...rest].filter((key) => key !== '') };
  };
}
