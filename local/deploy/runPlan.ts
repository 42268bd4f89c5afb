/** Takes the steps of a deployment one by one, and ends at the first that fails. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { commandLine } from '@trainyard/cloudbuild/plan/script';
import type { Step } from '@trainyard/cloudbuild/plan/step';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { makeFolder } from '@trainyard/shared/makeFolder';

export interface PlanContext {
  /** The repository: commands run there, and paths of files start there. */
  root: string;
  environment: Readonly<Record<string, string>>;
  print(this: void, line: string): void;
  interrupted: AbortSignal;
  now(this: void): number;
}

/** Throws `UserError` with the remedy when a step fails. What is there already is brought up to date by the same steps. */
export async function runPlan(steps: readonly Step[], context: PlanContext): Promise<void> {
  for (const [i, step] of steps.entries()) {
    context.print(`[${i + 1}/${steps.length}] ${step.phase}: ${step.title}`);
    context.print(`  ${commandLine(step.command)}`);
    if (step.costs !== undefined) context.print(`  what it costs: ${step.costs}`);
    const start = context.now();
    await writeFiles(step, context.root);
    const failure = await run(step.command, context);
    if (failure !== null) throw failed(step, failure);
    context.print(`  done in ${Math.round((context.now() - start) / 1000)} s`);
  }
}

async function writeFiles({ files }: Step, root: string): Promise<void> {
  for (const { path, content } of files) {
    await makeFolder(dirname(join(root, path)));
    await writeFile(join(root, path), content);
  }
}

/** What the tool printed is seen as it comes; null when it did its work. */
function run(command: Step['command'], context: PlanContext): Promise<string | null> {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: context.root,
      env: context.environment,
      stdio: ['ignore', 'inherit', 'inherit'],
      signal: context.interrupted,
      killSignal: 'SIGINT',
    });
    child.on('error', (error) =>
      resolve(
        'code' in error && error.code === 'ENOENT'
          ? `${program} is not installed, or not on the path`
          : error.message,
      ),
    );
    child.on('close', (code, signal) => resolve(code === 0 ? null : `it ended with ${signal ?? code}`));
  });
}

function failed({ title, phase, command, remedy }: Step, failure: string): UserError {
  const lines = [
    `${title}: ${failure}`,
    `  command   ${commandLine(command)}`,
    `  to do     ${remedy}`,
    `  then      run the same command again; --only ${phase} leaves out what went well`,
  ];
  return new UserError('step-failed', lines.join('\n'));
}
