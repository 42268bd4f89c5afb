import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.js';

function screen(isTTY: boolean, columns = 60) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

describe('Terminal', () => {
  it('draws over the live part on a terminal', () => {
    const target = screen(true);
    const terminal = new Terminal(target, false);
    terminal.draw(['one'], ['live 1']);
    terminal.draw(['two'], ['live 2']);
    terminal.draw(['three']);
    expect(target.written).toEqual([
      'one\nlive 1\n',
      '\u001B[1A\r\u001B[Jtwo\nlive 2\n',
      '\u001B[1A\r\u001B[Jthree\n',
    ]);
  });

  it('writes nothing when nothing changed', () => {
    const target = screen(true);
    const terminal = new Terminal(target, false);
    terminal.draw([], ['same']);
    terminal.draw([], ['same']);
    expect(target.written).toHaveLength(1);
  });

  it('writes plain lines and nothing else anywhere but on a terminal', () => {
    const target = screen(false);
    const terminal = new Terminal(target, false);
    terminal.draw(['one'], ['live 1']);
    terminal.draw([], ['live 2']);
    terminal.draw(['two'], ['live 3']);
    expect(target.written.join('')).toBe('one\ntwo\n');
    expect(terminal.layout).toEqual({ width: 100, color: false });
  });

  it('is as wide as the terminal and has no colour with NO_COLOR', () => {
    expect(new Terminal(screen(true, 60), true).layout).toEqual({ width: 60, color: false });
    expect(new Terminal(screen(true, 500), false).layout).toEqual({ width: 140, color: true });
  });
});
