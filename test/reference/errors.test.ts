import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consequenceOf, PROBLEM_CODES } from '@trainyard/functions/ports/jobLauncher/platformProblem';
import { DOMAIN_CODES } from '@trainyard/functions/errors/domainCodes';
import { runErrorSchema, runWarningSchema } from '@trainyard/shared';
import { CONTROL_PLANE_ERRORS } from '@trainyard/shared/errors/controlPlaneErrors';
import { RUN_WARNINGS } from '@trainyard/shared/errors/runWarnings';
import { TRAINER_ERRORS } from '@trainyard/shared/errors/trainerErrors';
import { USER_ERRORS } from '@trainyard/shared/commandLine/userError';
import { describe, expect, it } from 'vitest';
import { errorsPage } from '../../docs/generate/errorsPage.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** All that a workspace is written in, without tests and what is built. */
async function sourcesOf(...workspaces: readonly string[]): Promise<string> {
  const files = await Promise.all(
    workspaces.map(async (workspace) =>
      (await readdir(join(REPOSITORY, workspace), { recursive: true }))
        .filter((file) => /^(?!dist|bundle|node_modules).*(?<!\.test|\.d)\.ts$/.test(file))
        .map((file) => join(REPOSITORY, workspace, file)),
    ),
  );
  return (await Promise.all(files.flat().map((file) => readFile(file, 'utf8')))).join('\n');
}

describe('the codes of the command line', () => {
  it('are each thrown somewhere', async () => {
    const text = await sourcesOf('shared', 'local');
    // The first argument is the code, or a choice between two.
    const unused = Object.keys(USER_ERRORS).filter(
      (code) => !new RegExp(`new (?:User|Refused)Error\\([^,]*'${code}'`).test(text),
    );
    expect(unused).toEqual([]);
  });
});

describe('the codes of runs that the control plane finds', () => {
  it('are each given to a run somewhere', async () => {
    const text = (await sourcesOf('shared/runs', 'shared/lifecycle', 'functions/runs')).concat(
      PROBLEM_CODES.map((code) => `'${code}' satisfies`).join('\n'),
    );
    const unused = Object.keys(CONTROL_PLANE_ERRORS).filter(
      (code) => !new RegExp(`'${code}'[^,\\n]* satisfies`).test(text),
    );
    expect(unused).toEqual([]);
  });

  it.each(PROBLEM_CODES)(
    'of a platform, such as %s, are final exactly where nothing but the remedy helps',
    (code) => {
      expect(CONTROL_PLANE_ERRORS[code].retriable).toBe(consequenceOf(code) !== 'giveUp');
    },
  );
});

describe('the codes of the trainer', () => {
  const codes = Object.keys(TRAINER_ERRORS);

  it('are each thrown somewhere', async () => {
    // The code that moves a run to a larger tier has a name of its own.
    const text = (await sourcesOf('trainer-job')).replaceAll(/\bOUT_OF_MEMORY\b/g, "'out-of-memory'");
    // By name, through a helper that adds the stage or takes what was read, or from a table of what BigQuery refuses.
    const unused = codes.filter(
      (code) => !new RegExp(`(\\b(TrainerError|problem)\\((\\s*\\w+,)?[^,]*|\\bcode: )'${code}'`).test(text),
    );
    expect(unused).toEqual([]);
  });

  it('are such as the callback "failed" takes', () => {
    for (const code of codes) expect(runErrorSchema.parse({ code, message: 'it broke' }).code).toBe(code);
  });
});

describe('the codes of warnings', () => {
  const codes = Object.keys(RUN_WARNINGS);

  it('are each said by the trainer somewhere', async () => {
    const text = await sourcesOf('trainer-job');
    expect(codes.filter((code) => !new RegExp(`runWarning\\([^,]*'${code}'`).test(text))).toEqual([]);
  });

  it('are such as the callback "stage-complete" takes', () => {
    for (const code of codes) expect(runWarningSchema.parse({ code, message: 'look' }).code).toBe(code);
  });

  it('have a heading each, with what they mean and what to do', () => {
    const [, section = ''] = errorsPage().split('## Warnings of a run\n');
    const entries = section.split(/\n## /)[0]?.split('\n### ').slice(1) ?? [];
    expect(entries.map((entry) => /^`(.*)`/.exec(entry)?.[1])).toEqual(codes);
    for (const entry of entries) expect(entry.trim()).toMatch(/^`[a-z-]+`\n\n\S.*\n\nWhat to do: \S.*$/);
  });
});

describe('docs/reference/errors.md', () => {
  it.each([
    ['Refusals of the API', Object.keys(DOMAIN_CODES)],
    ['Errors of a trainer', Object.keys(TRAINER_ERRORS)],
    ['Errors of a run that the control plane finds', Object.keys(CONTROL_PLANE_ERRORS)],
    ['Errors of the command line', Object.keys(USER_ERRORS)],
  ])(
    'has a heading for each code below "%s", with what it means, what to do and its fate',
    (title, codes) => {
      const [, section = ''] = errorsPage().split(`## ${title}\n`);
      const entries = section.split(/\n## /)[0]?.split('\n### ').slice(1) ?? [];
      expect(entries.map((entry) => /^`(.*)`/.exec(entry)?.[1])).toEqual(codes);
      for (const entry of entries)
        expect(entry.trim()).toMatch(/^`[a-z-]+`\n\n\S.*\n\nWhat to do: \S.*\n\nTried again: (yes|no)\b.*$/);
    },
  );
});
