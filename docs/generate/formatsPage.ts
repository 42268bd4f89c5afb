/** Which transform and layer each format of a model has, as the table has it that rules and the trainer read. */
import { FORMAT_SUPPORT, type LayerType, type EncodedAs } from '@trainyard/shared';
import { page } from './markdown.js';

const FORMATS = Object.entries(FORMAT_SUPPORT);
const TRANSFORM_WORDS = { values: 'values', rows: 'rows', lacks: '–' } as const;
const LAYER_WORDS = { has: 'yes', lacks: '–' } as const;

export function formatsPage(): string {
  const transforms = Object.keys(FORMAT_SUPPORT.onnx.transforms) as EncodedAs[];
  const layers = Object.keys(FORMAT_SUPPORT.onnx.layers) as LayerType[];
  return page(
    'Formats of a model',
    'What [`outputs.formats`](specification.md) may name, and what of a model each can have. [What they take and give](../formats.md) says how each is read.',
    '## Transforms',
    '"values": the model takes the values of the columns. "rows": it takes the rows of the embedding, which the encoder of ' +
      '`@trainyard/recommender` makes of the values, and of `tfjs` the numbers as well. Unknown values of a `lookup` with more than one of `oovBuckets` are told apart by their hash. ' +
      '"–": it cannot have it.',
    table(
      'transform',
      transforms.map((name) => [
        name,
        ...FORMATS.map(([, support]) => TRANSFORM_WORDS[support.transforms[name]]),
      ]),
    ),
    '## Layers',
    'Of the towers and of the rating head.',
    table(
      'layer',
      layers.map((name) => [name, ...FORMATS.map(([, support]) => LAYER_WORDS[support.layers[name]])]),
    ),
    'A format that is named and lacks something of a model is refused before the run starts, with the formats that lack nothing. ' +
      'Where none is named, those that can hold the model are written, and what was left out is a warning of the run.',
  );
}

function table(title: string, rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = [title, ...FORMATS.map(([name]) => `\`${name}\``)];
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map(([name, ...cells]) => line([`\`${name}\``, ...cells])),
  ].join('\n');
}
