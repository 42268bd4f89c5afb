/** The environment variables of each room, from the schemas that read them. */
import { variablesSchema as functionsVariables } from '@trainyard/functions/config';
import { environmentSchema as localVariables } from '@trainyard/local/config';
import { trainerVariablesSchema } from '@trainyard/trainer-job/settings/variables';
import type { z } from 'zod';
import { fieldsOf, type Field } from './fields.js';
import { code, page } from './markdown.js';

interface Reader {
  title: string;
  introduction: string;
  schema: { shape: Readonly<Record<string, z.ZodType>> };
}

const READERS: readonly Reader[] = [
  {
    title: 'The command line',
    introduction: 'The commands of `trainyard` read these on the machine where they are called.',
    schema: localVariables,
  },
  {
    title: 'The functions',
    introduction:
      'The deployed functions read these when they start, and refuse to start when one is missing or wrong. `trainyard deploy` sets them.',
    schema: functionsVariables,
  },
  {
    title: 'The trainer',
    introduction:
      'A trainer that is started as a job reads these. With flags, it takes from here only what no flag says: the backend, the workers, the limits and the stand-ins of services.',
    schema: trainerVariablesSchema,
  },
];

export function environmentPage(): string {
  return page(
    'Environment variables',
    'Each part of Trainyard reads its environment in one place. A variable that is empty counts as one that is not set.',
    ...READERS.flatMap(({ title, introduction, schema }) => [
      `## ${title}`,
      introduction,
      ...fieldsOf(schema.shape).flatMap(partsOf),
    ]),
  );
}

function partsOf({ name, description, isRequired, fallback, examples }: Field): string[] {
  const facts = [
    ...(isRequired ? ['It must be set.'] : []),
    ...(fallback === undefined ? [] : [`Default: ${code(fallback)}.`]),
    ...(examples.length > 0 ? [`Example: ${examples.map(code).join(', ')}.`] : []),
  ];
  return [`### \`${name}\``, [description, ...facts].join(' ')];
}
