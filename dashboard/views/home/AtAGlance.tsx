import { Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import type { Epoch, Stage } from '@trainyard/shared/runs/records';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { useAddress } from '../../address/useAddress.js';
import { reads } from '../../api/reads.js';
import { thingsOf } from '../../feed/feed.js';
import { useTopic } from '../../feed/useFeed.js';
import { Pairs } from '../../figures/Pairs.js';
import { short } from '../../figures/whole.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { QuestionModal } from '../../states/QuestionModal.js';
import { Configuration } from '../run/Configuration.js';
import { Curves } from '../run/Curves.js';
import { EpochTable } from '../run/EpochTable.js';
import { Outcome } from '../run/Outcome.js';
import { StageTable } from '../run/StageTable.js';

interface Props {
  runId: string;
  name: string;
  onClose: () => void;
}

/** What one of the best runs is worth, what it went through and how it was trained, without leaving the list. */
export default function AtAGlance({ runId, name, onClose }: Props) {
  const stored = useQuery(reads.run(runId));
  const topic = useTopic(`run:${runId}`);
  const run = thingsOf(topic, 'run')[0] ?? stored.data;
  const epochs = useMemo(() => thingsOf(topic, 'epoch').toSorted((a, b) => a.epoch - b.epoch), [topic]);
  return (
    <QuestionModal isOpen close={onClose} title={name} isWide>
      <Stack>
        <Link href={`/runs/${runId}`} className="plainLink">
          Open the page of {name}
        </Link>
        {run ? (
          <Parts run={run} epochs={epochs} stages={thingsOf(topic, 'stage')} isReady={topic.isReady} />
        ) : stored.error ? (
          <Failure what="The run cannot be read" error={stored.error} retry={() => void stored.refetch()} />
        ) : (
          <Loading rows={8} />
        )}
      </Stack>
    </QuestionModal>
  );
}

const TABS = { overview: 'Overview', pipeline: 'Pipeline', training: 'Training' } as const;

interface PartsProps {
  run: RunView;
  epochs: readonly Epoch[];
  stages: readonly Stage[];
  isReady: boolean;
}

function Parts({ run, epochs, stages, isReady }: PartsProps) {
  const { get, set } = useAddress();
  const asked = get('tab');
  return (
    <Tabs
      value={asked in TABS ? asked : 'overview'}
      onChange={(tab) => set({ tab: tab === null || tab === 'overview' ? '' : tab })}
      keepMounted={false}
    >
      <Tabs.List mb="md">
        {Object.entries(TABS).map(([tab, title]) => (
          <Tabs.Tab key={tab} value={tab}>
            {title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="overview">
        <Stack>
          <Outcome run={run} />
          <Configuration run={run} />
        </Stack>
      </Tabs.Panel>
      <Tabs.Panel value="pipeline">
        <Stack>
          <Pairs of={dataOf(run, stages)} />
          <StageTable run={run} stages={stages} isReady={isReady} />
        </Stack>
      </Tabs.Panel>
      <Tabs.Panel value="training">
        <Stack>
          <Pairs of={settingsOf(run)} />
          <Curves epochs={epochs} run={run} />
          <EpochTable run={run} epochs={epochs} />
        </Stack>
      </Tabs.Panel>
    </Tabs>
  );
}

/** Where the rows came from, and how many there were. */
function dataOf({ spec: { dataset } }: RunView, stages: readonly Stage[]): [string, string][] {
  const { rows, rowsKept } = stages.find(({ stage }) => stage === 'ingest')?.counts ?? {};
  const share = dataset.sample?.share ?? 1;
  return [
    ['Rows from', dataset.source.uri ?? 'BigQuery'],
    ...(rows === undefined ? [] : [['Rows', short(rows)] as [string, string]]),
    ...(rowsKept === undefined ? [] : [['Rows kept', short(rowsKept)] as [string, string]]),
    ['Share of the users', share === 1 ? 'all' : `${Number((100 * share).toPrecision(3))} %`],
    ['Split', dataset.split.strategy],
  ];
}

/** What the training was set to, and what it ran on. */
function settingsOf({ spec: { training, model }, job, computeConfig }: RunView): [string, string][] {
  const { optimizer, epochs, batchSize } = training;
  return [
    ['Model', model.type],
    ['Optimizer', optimizer.type],
    ['Learning rate', String(optimizer.learningRate)],
    ['Epochs', String(epochs)],
    ['Batch size', String(batchSize)],
    ...(job ? [['Tier', job.tier] as [string, string]] : []),
    ...(computeConfig?.machineType ? [['Machine', machineOf(computeConfig)] as [string, string]] : []),
  ];
}

/** `g2-standard-8, 1 × nvidia-l4, spot`. */
function machineOf({
  machineType,
  gpuType,
  gpuCount,
  preemptible,
}: NonNullable<RunView['computeConfig']>): string {
  const gpus = gpuType === null ? '' : `${gpuCount} × ${gpuType}`;
  return [machineType, gpus, preemptible ? 'spot' : ''].filter((part) => part).join(', ');
}
