/** A JSON object of lists of texts, checked: what `vocabularies.json` is. */
import { cutText } from '@trainyard/shared';
import { TrainerError } from '../../errors/trainerError.js';

const EXAMPLE = '{"user": ["u1", "u2"], "item": ["i7", "i3"]}';

/** The lists by their names. Throws a `TrainerError` that says which of them is wrong, where and why; `file` is how people know it. */
export function readTextLists(file: string, bytes: Uint8Array): Map<string, readonly string[]> {
  const text = textOf(file, bytes);
  const content = jsonOf(file, text);
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw wrong(`${file} is ${kindOf(content)}`, `write an object of lists, as in ${EXAMPLE}`);
  const repeated = firstRepeated(namesIn(text));
  if (repeated !== undefined)
    throw wrong(`${file} has two lists of the name ${quoted(repeated)}`, 'leave one of them');
  return new Map(
    Object.entries(content).map(([name, list]) => [name, listOf(`${quoted(name)} of ${file}`, list)]),
  );
}

function textOf(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw wrong(`${file} is not UTF-8`, 'write it as UTF-8', cause);
  }
}

function jsonOf(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw wrong(`${file} is not JSON: ${reason}`, `write an object of lists, as in ${EXAMPLE}`, cause);
  }
}

function listOf(what: string, list: unknown): readonly string[] {
  if (!Array.isArray(list))
    throw wrong(`${what} is ${kindOf(list)}`, `give a list of texts, as in ${EXAMPLE}`);
  const texts: string[] = [];
  const places = new Map<string, number>();
  for (const [i, value] of (list as readonly unknown[]).entries()) {
    if (typeof value !== 'string')
      throw wrong(
        `value ${i} of ${what} is ${kindOf(value)}`,
        value === null
          ? 'leave it out: a missing value has the row of unknown ones'
          : `write values as texts, as in ${EXAMPLE}: numbers as the data show them, "17" or "1.5"`,
      );
    if (/\p{Cs}/u.test(value))
      throw wrong(
        `value ${i} of ${what} is no Unicode text: it has half of a pair of surrogates`,
        'correct it',
      );
    const before = places.get(value);
    if (before !== undefined)
      throw wrong(
        `values ${before} and ${i} of ${what} are equal: both are ${JSON.stringify(cutText(value, 60))}`,
        'leave one of them: each value has one row',
      );
    places.set(value, i);
    texts.push(value);
  }
  return texts;
}

/** The names of the outermost object of valid JSON, as often as they stand there: a parser keeps the last of each alone. */
function* namesIn(text: string): Generator<string> {
  let depth = 0;
  for (const { 0: token } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?|[[\]{}]/gs)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && token.endsWith(':'))
      yield String(JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)));
  }
}

function firstRepeated(names: Iterable<string>): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/** Without the value: what people are called stands in no message. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

const quoted = (text: string) => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);

function wrong(message: string, remedy: string, cause?: unknown): TrainerError {
  return new TrainerError('bad-vocabularies', message, remedy, { stage: 'ingest', cause });
}
