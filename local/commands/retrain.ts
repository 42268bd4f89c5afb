import { resolve } from 'node:path';
import { DEFAULT_DIRECTORY } from '../config.js';
import { retrainFolderOf } from '../host/dataDirectory.js';
import { leaveRetrainMessage } from '../host/retrainFolder.js';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { z } from 'zod';
import { defineCommand, EXIT, modelArgument } from './command.js';

const MOST_ROWS = 1e12;

export const retrain = defineCommand(
  {
    name: 'trainyard retrain',
    summary: "Asks this machine's Trainyard to train a model again, if the model's policy has it so.",
    positionals: {},
    flags: {
      model: {
        short: 'm',
        value: 'ID',
        description: 'the model; it is trained as its newest run was',
        schema: modelArgument,
      },
      'new-rows': {
        value: 'N',
        description: 'how many rows came since the message before',
        schema: wholeNumber(0, MOST_ROWS).default(0),
      },
      directory: {
        value: 'DIR',
        description: 'the data directory of trainyard up',
        schema: z.string().default(DEFAULT_DIRECTORY),
      },
      json: { description: 'prints the message and the file that it was left in, as JSON' },
    },
    examples: ['trainyard retrain --model shop', 'trainyard retrain --model shop --new-rows 12000'],
  },
  async (values, context) => {
    const { model: modelId, 'new-rows': newRows, directory } = values;
    const root = resolve(context.cwd, directory);
    const file = await leaveRetrainMessage(retrainFolderOf(root), { modelId, newRows });
    context.terminal.draw([
      values.json
        ? JSON.stringify({ file, message: { modelId, newRows } })
        : `left in ${file} for the Trainyard of that directory, as soon as it serves`,
    ]);
    return EXIT.ok;
  },
);
