/** The reference of command lines, in Markdown, as their tables say it. */
import type { CommandTable, ProgramTable } from './commandTable.js';
import { flagText, groupsOf, notesOf, usageOf, writtenFlag } from './help.js';

/** The section of a program: its commands one after the other, each with a heading of its own. */
export function programReference(program: ProgramTable): string {
  return paragraphs([
    `## \`${program.name}\``,
    program.summary,
    ...notesOf(program),
    ...program.commands.flatMap((command) => commandParagraphs(command, '###')),
  ]);
}

/** The section of a program that has no commands, only flags. */
export function commandReference(table: CommandTable): string {
  return paragraphs(commandParagraphs(table, '##'));
}

function commandParagraphs(table: CommandTable, heading: '##' | '###'): string[] {
  const positionals = Object.values(table.positionals);
  return [
    `${heading} \`${table.name}\``,
    escaped(table.summary),
    codeBlock([usageOf(table)]),
    ...list(positionals.map(({ value, description }) => `\`${value}\`: ${escaped(description)}`)),
    ...[...groupsOf(table)].flatMap(([title, flags]) => [
      `**${title}**`,
      ...list(flags.map(([name, flag]) => `\`${writtenFlag(name, flag)}\`: ${escaped(flagText(flag))}`)),
    ]),
    ...notesOf(table).map(escaped),
    codeBlock(table.examples),
  ];
}

function list(entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [entries.map((entry) => `- ${entry}`).join('\n')];
}

function codeBlock(lines: readonly string[]): string {
  return ['```bash', ...lines, '```'].join('\n');
}

/** Words with underscores, stars or brackets stay as they are, outside code. */
function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(/[*_<>[\]]/g, String.raw`\$&`)))
    .join('');
}

function paragraphs(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
