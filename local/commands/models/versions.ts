import {
  blockingGates,
  formatMetric,
  metricTitle,
  resultMetrics,
  type ModelVersionView,
} from '@trainyard/shared';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import type { Layout } from '../../watch/layout.js';
import { type Cell, textTable } from '../comparison/textTable.js';
import { defineCommand, EXIT, modelArgument } from '../command.js';
import { connect, connectionFlags } from '../connect.js';

const MOST_METRICS = 4;

export const versions = defineCommand(
  {
    name: 'trainyard versions',
    summary: 'Lists the versions of a model, the newest first, with their stages, gates and metrics.',
    positionals: { model: { value: 'MODEL', description: 'the id of the model', schema: modelArgument } },
    flags: {
      limit: {
        short: 'n',
        value: 'N',
        description: 'at most so many versions',
        schema: wholeNumber(1, 10_000).default(20),
      },
      json: { description: 'prints JSON, a version per line' },
      ...connectionFlags,
    },
    examples: ['trainyard versions shop', 'trainyard versions shop --limit 5 --json'],
  },
  async (values, context) => {
    const client = await connect(values, context);
    const found: ModelVersionView[] = [];
    for await (const version of client.versions(values.model)) {
      found.push(version);
      if (found.length === values.limit) break;
    }
    context.terminal.draw(
      values.json
        ? found.map((version) => JSON.stringify(version))
        : versionLines(found, context.terminal.layout),
    );
    if (found.length === 0)
      context.note(`${values.model} has no version yet: each completed run becomes one`);
    return EXIT.ok;
  },
);

function versionLines(listed: readonly ModelVersionView[], layout: Layout): string[] {
  if (listed.length === 0) return [];
  const names = new Set(listed.flatMap(({ metrics }) => resultMetrics(Object.keys(metrics))));
  const shown = [...names].slice(0, MOST_METRICS);
  const head = [
    'version',
    'stage',
    'run',
    'gates',
    'registered (UTC)',
    ...shown.map((name) => metricTitle(name)),
  ];
  const rows = listed.map(({ version, stage, modelId, runNumber, metrics, gates, createdAt }): Cell[] => [
    { text: String(version) },
    { text: stage },
    { text: `${modelId}#${runNumber}` },
    gatesCell(gates),
    { text: createdAt.slice(0, 16).replace('T', ' ') },
    ...shown.map((name) => ({ text: formatMetric(name, metrics[name]) })),
  ]);
  return textTable([head.map((text): Cell => ({ text, style: 'dim' })), ...rows], layout);
}

/** A gate that keeps the version from promotion is said in red. */
function gatesCell(gates: ModelVersionView['gates']): Cell {
  if (gates.length === 0) return { text: '–' };
  const passed = gates.filter((gate) => gate.passed).length;
  const text = `${passed} of ${gates.length}`;
  return blockingGates(gates).length > 0 ? { text: `${text}, held`, style: 'red' } : { text };
}
