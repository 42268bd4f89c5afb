/** What can be held against the Dockerfile without Docker; `rehearse.sh` runs its steps. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(`${ROOT}${file}`, 'utf8');

interface Instruction {
  name: string;
  text: string;
  stage: string;
}

/** Instructions with their lines joined and comments gone, each with the stage that it is in. */
function instructions(dockerfile: string): Instruction[] {
  const lines = dockerfile.replace(/^\s*#.*\n/gm, '').replace(/\\\n\s*/g, '');
  let stage = '';
  return lines.split('\n').flatMap((written) => {
    const [, name, text] = /^([A-Z]+)\s+(.*)$/.exec(written.trim()) ?? [];
    if (name === undefined || text === undefined) return [];
    if (name === 'FROM') stage = text.split(' AS ')[1] ?? '';
    return [{ name, text, stage }];
  });
}

const all = instructions(read('trainer-job/Dockerfile'));
const named = (name: string) => all.filter((instruction) => instruction.name === name);
const stages = named('FROM').map(({ text }) => {
  const [base = '', name = ''] = text.split(' AS ');
  return { base, name };
});
/** A stage and those it is made from. */
function line(name: string): string[] {
  const stage = stages.find((candidate) => candidate.name === name);
  return stage ? [name, ...line(stage.base)] : [];
}

describe("the trainer's Dockerfile", () => {
  it('takes every base from an argument, which a digest can be given to, or from a stage before', () => {
    const defaults = named('ARG').map(({ text }) => text.split('=')[0] ?? '');
    for (const [i, { base }] of stages.entries()) {
      const argument = /^\$\{(\w+)\}$/.exec(base)?.[1];
      const earlier = stages.slice(0, i).map(({ name }) => name);
      expect(argument === undefined ? earlier : defaults).toContain(argument ?? base);
    }
  });

  it.each(['trainer-gpu', 'trainer-cpu'])('makes %s run as nobody in particular, by the trainer', (image) => {
    const of = (name: string) => all.filter((each) => each.name === name && line(image).includes(each.stage));
    expect(of('USER').map(({ text }) => text)).toEqual(['node']);
    expect(of('ENTRYPOINT').at(-1)?.text).toBe('["node", "/app/trainer-job/dist/main.js"]');
    expect(existsSync(`${ROOT}trainer-job/main.ts`)).toBe(true);
    expect(of('RUN').at(-1)?.text).toContain('trainer-job/dist/checkImage.js');
  });

  it('leaves compilers, pip and npm behind', () => {
    const kept = [...line('trainer-gpu'), ...line('trainer-cpu')];
    const runs = named('RUN').filter(({ stage }) => kept.includes(stage));
    for (const { text } of runs) expect(text).not.toMatch(/apt-get|pip |npm (ci|install)/);
    expect(runs.map(({ text }) => text).join('\n')).toContain('rm -rf /usr/local/lib/node_modules');
  });

  it('copies what is there, in or from a stage that there is', () => {
    const names = stages.map(({ name }) => name);
    for (const { text } of named('COPY')) {
      const from = /--from=(\S+)/.exec(text)?.[1];
      const sources = text
        .replace(/--from=\S+/, '')
        .trim()
        .split(/\s+/)
        .slice(0, -1);
      if (from !== undefined) expect(names).toContain(from);
      else expect(sources.filter((source) => !existsSync(`${ROOT}${source}`))).toEqual([]);
    }
  });

  it('knows every room of the workspace, which npm ci asks for', () => {
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
    const copied = named('COPY').map(({ text }) => text);
    for (const room of workspaces) expect(copied).toContain(`${room}/package.json ${room}/`);
  });

  it('takes no secret, and its context is a list of what goes in', () => {
    for (const { text } of all) expect(text).not.toMatch(/secret|token|password|credential/i);
    const rules = read('.dockerignore')
      .split('\n')
      .filter((rule) => rule && !rule.startsWith('#'));
    expect(rules[0]).toBe('**');
    expect(rules).toContain('**/.env*');
  });
});
