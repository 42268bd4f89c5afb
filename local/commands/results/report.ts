import { pathToFileURL } from 'node:url';
import type { RunView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { openAddress } from '../../openAddress.js';
import { asPath } from '../../watch/outcome.js';
import { defineCommand, EXIT, printJson } from '../command.js';
import { connectionFlags } from '../connect.js';
import { fileOfModel, ofRunOrFolder } from './runOrFolder.js';

const REPORT_FILE = 'report.html';

export const report = defineCommand(
  {
    name: 'trainyard report',
    summary: 'Says where the report of a run is, or opens it.',
    positionals: {
      run: {
        value: 'RUN',
        description: 'the run’s id, or its name, such as `shop#3`; or a folder of its artifacts here',
      },
    },
    flags: {
      open: { description: 'opens the report with the program of this machine for web pages' },
      json: { description: 'prints the place as JSON' },
      ...connectionFlags,
    },
    examples: [
      'trainyard report shop#3',
      'trainyard report shop#3 --open',
      'trainyard report artifacts/model',
    ],
  },
  async (values, context) => {
    const place = await ofRunOrFolder(values, context, { ofRun: reportOfRun, ofFolder: reportOfFolder });
    if (values.json) printJson({ report: place }, context);
    else context.terminal.draw([place]);
    if (values.open) await openAddress(addressOf(place));
    return EXIT.ok;
  },
);

/** A path of this machine, or the URI of the file elsewhere. */
function reportOfRun(run: RunView): string {
  const uri = run.result?.artifacts['report'];
  if (uri !== undefined) return asPath(uri);
  const why = run.result
    ? 'is of a trainer that wrote none'
    : `is ${run.status}, and a report comes with its result`;
  throw new UserError('no-report', `${run.name} has no report: it ${why}`);
}

async function reportOfFolder(folder: string): Promise<string> {
  const file = await fileOfModel(folder, REPORT_FILE);
  if (file !== undefined) return file;
  throw new UserError(
    'no-report',
    `there is no ${REPORT_FILE} in ${folder}: give a run's id or name, such as shop#3, or the folder that a trainer has written`,
  );
}

/** Of a path, that of the file; a page in a bucket is shown to whoever may read it, once signed in. */
function addressOf(place: string): string {
  if (!/^[a-z]+:\/\//.test(place)) return pathToFileURL(place).href;
  return place.replace(/^gs:\/\//, 'https://storage.cloud.google.com/');
}
