import type { ProgramTable } from '@trainyard/shared/commandLine/commandTable';
import { bashCompletion } from '@trainyard/shared/commandLine/completion/bash';
import { fishCompletion } from '@trainyard/shared/commandLine/completion/fish';
import { completedCommands, type CompletedCommand } from '@trainyard/shared/commandLine/completion/words';
import { zshCompletion } from '@trainyard/shared/commandLine/completion/zsh';
import { z } from 'zod';
import { type Command, defineCommand, EXIT } from '../command.js';

const SHELLS: Readonly<
  Record<'bash' | 'zsh' | 'fish', (program: string, commands: readonly CompletedCommand[]) => string>
> = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `program` is asked once the command runs, for it has this command too. */
export function completionOf(program: () => ProgramTable): Command {
  return defineCommand(
    {
      name: 'trainyard completion',
      summary: 'Prints what completes commands and flags in your shell.',
      positionals: {
        shell: {
          value: 'SHELL',
          description: 'the shell that is to complete them',
          schema: z.enum(['bash', 'zsh', 'fish']).default('bash'),
        },
      },
      flags: {},
      examples: [
        'trainyard completion bash > ~/.local/share/bash-completion/completions/trainyard',
        'trainyard completion zsh > ~/.zfunc/_trainyard',
        'trainyard completion fish > ~/.config/fish/completions/trainyard.fish',
      ],
    },
    async ({ shell }, { terminal }) => {
      const table = program();
      terminal.draw(SHELLS[shell](table.name, completedCommands(table)).trimEnd().split('\n'));
      return EXIT.ok;
    },
  );
}
