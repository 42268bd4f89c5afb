import { resolve } from 'node:path';
import { modelIdSchema } from '@trainyard/shared';
import { DEFAULT_DIRECTORY } from '../config.js';
import { retrainFolderOf } from '../host/dataDirectory.js';
import { leaveRetrainMessage } from '../host/retrainFolder.js';
import { type Command, EXIT, stringValue, UsageError, wholeValue } from './command.js';

const MOST_ROWS = 1e12;

export const retrain: Command = {
  summary: "Asks this machine's Trainyard to train a model again, if the model's policy has it so.",
  usage: '--model ID [--new-rows N] [--directory DIR]',
  options: {
    model: {
      type: 'string',
      short: 'm',
      value: 'ID',
      help: 'the model; it is trained as its newest run was',
    },
    'new-rows': {
      type: 'string',
      value: 'N',
      help: 'how many rows came since the message before, 0 unless given',
    },
    directory: {
      type: 'string',
      value: 'DIR',
      help: `the data directory of trainyard up, ${DEFAULT_DIRECTORY} unless given`,
    },
  },
  examples: ['trainyard retrain --model shop', 'trainyard retrain --model shop --new-rows 12000'],
  positionals: { least: 0, most: 0 },
  async run({ values }, world) {
    const model = modelIdSchema.safeParse(stringValue(values, 'model'));
    if (!model.success) throw new UsageError('--model must be the id of a model, such as shop');
    const newRows = wholeValue(values, 'new-rows', 0, MOST_ROWS) ?? 0;
    const root = resolve(world.cwd, stringValue(values, 'directory') ?? DEFAULT_DIRECTORY);
    const file = await leaveRetrainMessage(retrainFolderOf(root), { modelId: model.data, newRows });
    world.terminal.draw([`left in ${file} for the Trainyard of that directory, as soon as it serves`]);
    return EXIT.ok;
  },
};
