/** No command line is made up: gcloud's own parser reads each, and where it is not installed, the flags that it had when it was. */
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../cloudbuild/plan/script.js';
import {
  flagsOf,
  missingGcloud,
  parseByGcloud,
  recordedCommand,
  recordedFlags,
  recordFlags,
} from '../support/google/gcloud.js';
import { built, commandsIn, documented, planned } from './commands.js';

const commands = [...planned(), ...built(), ...documented()];
const unique = [...new Map(commands.map((command) => [commandLine(command), command])).entries()];

it('there are command lines of plans, of Cloud Build and of the documentation', () => {
  expect(planned().length).toBeGreaterThan(15);
  expect(built().length).toBeGreaterThan(2);
  expect(documented().length).toBeGreaterThan(3);
});

it('commands are found in scripts as the shell sees them', () => {
  const script =
    "number=$(gcloud projects describe P --format='value(projectNumber)')\nopenssl rand | gcloud secrets versions add S --data-file=- # comment\n";
  expect(commandsIn(script)).toEqual([
    ['gcloud', 'projects', 'describe', 'P', '--format=value(projectNumber)'],
    ['gcloud', 'secrets', 'versions', 'add', 'S', '--data-file=-'],
  ]);
});

describe(`by the flags of Google Cloud SDK ${recordedFlags.sdk}`, () => {
  it.each(unique)('%s', (_, command) => {
    const name = recordedCommand(command);
    expect(name, 'record it: UPDATE_GCLOUD_FLAGS=1 npx vitest run test/deploy').toBeDefined();
    const allowed = recordedFlags.commands[name!];
    expect(flagsOf(command).filter((flag) => !allowed?.includes(flag))).toEqual([]);
  });
});

describe.skipIf(missingGcloud)('by gcloud itself', () => {
  it('every command line parses', { timeout: 120_000 }, async () => {
    const parsed = await parseByGcloud(unique.map(([line]) => line));
    const refused = parsed.filter(({ success }) => !success);
    expect(refused.map(({ command_string: line, error_message: why }) => `${line}: ${why}`)).toEqual([]);
    expect(parsed).toHaveLength(unique.length);
    if (process.env['UPDATE_GCLOUD_FLAGS']) await recordFlags(parsed);
  });

  it('one that is wrong does not', { timeout: 60_000 }, async () => {
    const [wrong] = await parseByGcloud(['gcloud functions deploy f --gen2 --no-such-flag=1']);
    expect(wrong).toMatchObject({ success: false });
  });
});
