/** What a server has refused of what somebody wrote, at its place in the text. */
import { keysOfPointer } from '@trainyard/shared/http/jsonPointer';
import { ApiError } from '../api/problem.js';
import type { ReadText } from './specText.js';

interface Mistake {
  /** A JSON pointer. */
  pointer: string;
  detail: string;
}

export interface TextMistake {
  line: number;
  /** Where in the text it is, with dots; empty of the whole. */
  place: string;
  message: string;
}

/** The mistakes of a body that was refused, by where they are below a key of it; those of other keys keep their pointers. */
export function mistakesBelow(key: string, error: Error | null): Mistake[] {
  if (!(error instanceof ApiError)) return [];
  const prefix = `/${key}`;
  return (error.problem?.errors ?? []).map(({ pointer, detail }) => ({
    pointer: pointer === prefix || pointer.startsWith(`${prefix}/`) ? pointer.slice(prefix.length) : pointer,
    detail,
  }));
}

/** What the text itself cannot be read for, else what the server says of it. */
export function textMistakes(read: ReadText, sent: readonly Mistake[]): TextMistake[] {
  return [
    ...read.mistakes.map(({ line, message }) => ({ line, place: '', message })),
    ...(read.spec ? sent : []).map(({ pointer, detail }) => ({
      line: read.lineOf(pointer),
      place: keysOfPointer(pointer).join('.'),
      message: detail,
    })),
  ];
}
