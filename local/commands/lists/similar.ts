import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { truncate } from '../../watch/layout.js';
import { defineCommand, EXIT } from '../command.js';
import { connectionFlags } from '../connect.js';
import { runBatch } from './batch.js';
import { K, listFlags, trainerFlags } from './listFlags.js';
import { listJson } from './listJson.js';
import { itemWithAttributes, listLines } from './listTable.js';
import { findModel, modelPlaceArgument } from './modelPlace.js';
import { openPlace, orExplained } from './openPlace.js';
import { wantedItems } from './wantedItems.js';

export const similar = defineCommand(
  {
    name: 'trainyard similar',
    summary:
      'Shows which items a trained model finds most like one, or writes that for all items into a file.',
    positionals: {
      model: modelPlaceArgument,
      item: {
        value: 'ITEM',
        description: 'the item, by the id that the data have; left out with --out',
        schema: z.string().optional(),
      },
    },
    flags: { ...listFlags, json: { description: 'prints the list as JSON' }, ...connectionFlags },
    examples: [
      'trainyard similar shop 101393 --where "price<20"',
      'trainyard similar shop@12 --k 20 --out similar.parquet',
    ],
  },
  async (values, context) => {
    const { item, out, where, k = K, json } = values;
    if ((item === undefined) === (out === undefined)) {
      throw new UserError(
        'wrong-arguments',
        'give either an ITEM, whose list is shown, or --out FILE, which gets the lists of all items',
      );
    }
    const place = await findModel(values.model, values, context);
    if (item === undefined || out !== undefined) {
      return runBatch(['--similar', place.folder, ...trainerFlags({ ...values, out: out ?? '' })], context);
    }
    const opened = await openPlace(place, context);
    const { model } = opened;
    const wanted = await wantedItems(opened, where);
    const list = await orExplained(() => model.similar(item, { k, ...(wanted && { where: wanted }) }));
    const { terminal } = context;
    if (json) {
      const known = list.map((one) => ({ ...one, attributes: model.attributesOf(one.item) }));
      terminal.draw([listJson({ item, similar: known })]);
      return EXIT.ok;
    }
    const { width } = terminal.layout;
    terminal.draw([
      truncate(`most like ${itemWithAttributes(model, item)}:`, width),
      ...listLines(model, list, null, width),
    ]);
    return EXIT.ok;
  },
);
