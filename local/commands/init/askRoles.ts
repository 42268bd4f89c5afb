/** Asks a person at a terminal for the columns of each role; Enter takes what is proposed. */
import { createInterface } from 'node:readline';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import { nearestName } from '@trainyard/shared/nearestName';
import { candidatesFor, likelyRoles, ROLES, type Role, type Roles } from './roles.js';

const QUESTIONS: Readonly<Record<Role, string>> = {
  user: 'Which column says who? ',
  item: 'Which column says what? ',
  time: 'Which column says when? ',
};
const NONE = 'none';

/** Where a person answers, and where the questions stand. */
export interface Dialog {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}

/**
 * The roles that the person wants, beginning with those that are given already, which are not asked for. Null where the answers end
 * before, or `signal` aborts.
 */
export async function askRoles(
  inspection: Inspection,
  given: Partial<Roles>,
  { input, output }: Dialog,
  signal: AbortSignal,
): Promise<(Partial<Roles> & { time: string | null }) | null> {
  const lines = createInterface({ input, terminal: false, signal });
  // Lines that come before they are asked for, as of a paste, are kept.
  const answers = lines[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string | null> => {
    output.write(question);
    const { value, done } = await answers.next();
    return done === true ? null : value.trim();
  };
  try {
    const roles: Partial<Roles> = { ...given };
    for (const role of ROLES) {
      if (roles[role] !== undefined) continue;
      const answer = await askRole(role, inspection, roles, { ask, output });
      if (answer === null) return null;
      if (answer.column === null) roles.time = null;
      else roles[role] = answer.column;
    }
    return { ...roles, time: roles.time ?? null };
  } finally {
    lines.close();
  }
}

/** A column, or that there is none, which only the time may lack; null where the answers ended. */
async function askRole(
  role: Role,
  inspection: Inspection,
  roles: Partial<Roles>,
  { ask, output }: { ask: (question: string) => Promise<string | null>; output: Dialog['output'] },
): Promise<{ column: string | null } | null> {
  const names = inspection.profile.columns.map(({ name }) => name);
  const proposed = likelyRoles(inspection, roles)[role] ?? (role === 'time' ? NONE : undefined);
  const others = candidatesFor(role, inspection).filter((name) => name !== proposed);
  const hint = others.length > 0 ? `(or ${others.slice(0, 4).join(', ')}) ` : '';
  const question = `${QUESTIONS[role]}${hint}${proposed === undefined ? '' : `[${proposed}] `}`;
  for (;;) {
    const text = await ask(question);
    if (text === null) return null;
    const answer = text === '' ? proposed : text;
    if (answer === NONE && role === 'time' && !names.includes(NONE)) return { column: null };
    if (answer !== undefined && names.includes(answer)) return { column: answer };
    const nearest = answer === undefined ? undefined : nearestName(answer, names);
    output.write(
      `There is no column "${answer ?? ''}"${nearest === undefined ? '' : `; did you mean ${nearest}?`} They are ${names.join(', ')}.\n`,
    );
  }
}
