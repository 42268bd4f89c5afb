/** A Python that stays: a line of JSON for a question and one for its answer. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The Python that has the software to compare with. */
const PYTHON = process.env['PYTHON'];

/** All values of each output, in the order of their indices; numbers that JSON has not are texts. */
const answerSchema = z.record(z.string(), z.array(z.union([z.string(), z.number()])));
export type Outputs = z.infer<typeof answerSchema>;

export interface PythonProcess {
  /** Why there is none; undefined where there is one. */
  missing: string | undefined;
  ask(this: void, question: object): Promise<Outputs>;
  close(this: void): Promise<void>;
}

/** Runs a script of this folder, from the first question on. */
export function pythonProcess(script: string, needed: string): PythonProcess {
  let conversation: Conversation | undefined;
  return {
    missing: PYTHON ? undefined : `PYTHON names no Python that has ${needed}`,
    ask: (question) =>
      (conversation ??= converse(PYTHON ?? '', script)).ask(JSON.stringify(question, written)),
    close: async () => conversation?.end(),
  };
}

/** JSON has no NaN and no ∞; Python reads them as texts. */
function written(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

interface Conversation {
  ask(line: string): Promise<Outputs>;
  end(): Promise<void>;
}

function converse(python: string, script: string): Conversation {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child: ChildProcessWithoutNullStreams = spawn(python, [path]);
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => (complaints += text.toString()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`Python ended: ${complaints}`);
      return answerSchema.parse(JSON.parse(value));
    },
    async end() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
