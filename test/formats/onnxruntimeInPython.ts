/** onnxruntime in the Python that `PYTHON` names: one process, a line of JSON for a question and one for its answer. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { FormatSoftware } from './modelReader.js';
import { openOnnx, type RunOnnx } from './onnx.js';

const SCRIPT = fileURLToPath(new URL('onnxruntimeReader.py', import.meta.url));
const answerSchema = z.record(z.string(), z.array(z.union([z.string(), z.number()])));

/** Without a Python, it says so. */
export function onnxruntimeInPython(python: string | undefined): FormatSoftware {
  const name = 'onnxruntime in Python';
  if (!python) {
    return {
      name,
      missing: 'PYTHON names no Python that has onnxruntime',
      open: () => Promise.reject(new Error('PYTHON names no Python')),
    };
  }
  let conversation: Conversation | undefined;
  const run: RunOnnx = (path, feeds) =>
    (conversation ??= converse(python)).ask(JSON.stringify({ path, feeds }, written));
  return {
    name,
    open: (folder) => openOnnx(folder, run),
    close: async () => conversation?.end(),
  };
}

/** JSON has no NaN and no ∞; Python reads them as texts. */
function written(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

interface Conversation {
  ask(line: string): Promise<z.infer<typeof answerSchema>>;
  end(): Promise<void>;
}

function converse(python: string): Conversation {
  const child: ChildProcessWithoutNullStreams = spawn(python, [SCRIPT]);
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
