import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { specificationJsonSchema } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { defineCommand, EXIT } from '../command.js';

export const schema = defineCommand(
  {
    name: 'trainyard schema',
    summary: 'Prints the JSON Schema of specifications, for editors that complete and check them.',
    positionals: {},
    flags: {
      out: { short: 'o', value: 'FILE', description: 'writes it to this file, in place of what is there' },
    },
    examples: ['trainyard schema', 'trainyard schema --out trainyard.schema.json'],
    notes: [
      'A specification in YAML names the file in its first line: `# yaml-language-server: $schema=trainyard.schema.json`.',
    ],
  },
  async ({ out }, context) => {
    const text = JSON.stringify(specificationJsonSchema(), null, 2);
    if (out === undefined) {
      context.terminal.draw(text.split('\n'));
      return EXIT.ok;
    }
    const file = resolve(context.cwd, out);
    try {
      await writeFile(file, `${text}\n`);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'unknown';
      throw new UserError('wrong-arguments', `cannot write ${file}: ${reason}`, { cause });
    }
    context.note(`${file} is the JSON Schema of specifications`);
    return EXIT.ok;
  },
);
