/** The commands and flags of `trainyard` and of the trainer, as their tables have them. */
import { PROGRAM } from '@trainyard/local/commands/program';
import { commandReference, programReference } from '@trainyard/shared/commandLine/referencePage';
import { TRAINER } from '@trainyard/trainer-job/pipeline/commandLine';
import { page } from './markdown.js';

export function commandLinePage(): string {
  return page(
    'Command line',
    'In a checkout, `npx trainyard` runs the first of these programs; `npm start` is `npx trainyard demo`.',
    programReference(PROGRAM),
    commandReference(TRAINER),
  );
}
