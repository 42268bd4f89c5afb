/** What lies around the artifacts of a run in the folder that people take away: its configuration, log, metrics, predictions, examples. */
import { cp, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Epoch, LogLine, ModelManifest, RunView } from '@trainyard/shared';
import { stringify } from 'yaml';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { TakenCheckpoints } from './checkpoints.js';
import { EXAMPLES, readmeOf } from './readme.js';

/** `{model}_{date}_{time}[_{experiment}]`, in UTC, of letters that every file system takes. */
export function folderNameOf({
  modelId,
  createdAt,
  spec: { tags },
}: Pick<RunView, 'modelId' | 'createdAt' | 'spec'>): string {
  const time = createdAt.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_');
  const experiment = (tags['experiment_id'] ?? tags['experiment'] ?? '')
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, 100)
    .replace(/\.+$/, '');
  return [modelId, time, ...(experiment === '' ? [] : [experiment])].join('_');
}

export interface TakenAway {
  run: RunView;
  manifest: ModelManifest;
  checkpoints: TakenCheckpoints;
  epochs: readonly Epoch[];
  log: AsyncIterable<readonly LogLine[]>;
}

/** Fills a folder that has `artifacts/` in it already. */
export async function writeAround(
  folder: string,
  { run, manifest, checkpoints, epochs, log }: TakenAway,
): Promise<void> {
  const write = async (path: string, text: string) => {
    await makeFolder(dirname(join(folder, path)));
    await writeFile(join(folder, path), text);
  };
  await write('config.yaml', stringify(run.spec));
  await write('README.md', readmeOf(run, manifest, checkpoints));
  for (const [name, text] of Object.entries(EXAMPLES)) await write(`examples/${name}`, text);
  await write('metrics/result.json', jsonText(run.result?.metrics ?? {}));
  await write('metrics/epochs.json', jsonText(epochs));
  await write('checkpoints/README.md', checkpointsText(run, checkpoints));
  const lines: string[] = [];
  for await (const page of log) lines.push(...page.map((line) => `${JSON.stringify(line)}\n`));
  await write('logs/trainer.jsonl', lines.join(''));
  await makeFolder(join(folder, 'predictions'));
  const copies = [
    ['metrics/history.csv', 'metrics/history.csv'],
    ['examples/inference_examples.json', 'predictions/inference_examples.json'],
    ...manifest.files.flatMap(({ path }) =>
      /^(recommendations|similar_items)\b/.test(path) ? [[path, `predictions/${path}`] as const] : [],
    ),
  ] as const;
  for (const [from, to] of copies) {
    const source = join(folder, 'artifacts', from);
    if (!(await stat(source).catch(() => undefined))?.isFile()) continue;
    await makeFolder(dirname(join(folder, to)));
    await cp(source, join(folder, to));
  }
}

function checkpointsText({ name, runId }: RunView, { leftOut }: TakenCheckpoints): string {
  const which =
    leftOut === null ? 'Those beside this file are copies; the' : `None was copied: ${leftOut}. The`;
  return `# Checkpoints of ${name}

A training goes on from its checkpoints where it was interrupted. ${which} ones that Trainyard itself goes on from stay where they are:
\`trainyard retry\` of run \`${runId}\` finds them there.
`;
}

const jsonText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
