import { Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import { leadingMetric } from '@trainyard/shared/metrics/columns';
import { measuredModel } from '@trainyard/shared/spec/evaluation/measuredModel';
import { useAddress } from '../../address/useAddress.js';
import { reads } from '../../api/reads.js';
import { textOf } from '../../form/specText.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { Editor } from './Editor.js';
import { TEMPLATE } from './template.js';

/** A new training: of which model, and what its specification begins with. Both stand in the address. */
export default function NewRunView() {
  const address = useAddress();
  const models = useQuery(reads.models);
  const from = address.get('from');
  const source = useQuery({ ...reads.run(from), enabled: from !== '' });
  const known = models.data?.models ?? [];
  // Taken away on purpose, it is empty; unless it is said it is that of the run.
  const modelId = address.get('model') || (source.data?.modelId ?? '');
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        New training
      </Title>
      {models.isError && <Failure what="The models cannot be read" error={models.error} />}
      <Group align="end">
        <TextInput
          label="Model"
          description="One that there is, or the id of a new one."
          list="models"
          required
          withAsterisk={false}
          value={modelId}
          spellCheck={false}
          onChange={({ currentTarget }) => address.set({ model: currentTarget.value })}
        />
        <datalist id="models">
          {known.map(({ modelId: id, name }) => (
            <option key={id} value={id} label={name} />
          ))}
        </datalist>
        <RunChoice
          modelId={known.some((model) => model.modelId === modelId) ? modelId : undefined}
          source={source.data}
          from={from}
          onChoose={(runId) => address.set({ from: runId, model: modelId })}
        />
      </Group>
      {from !== '' && source.isPending ? (
        <Loading rows={8} />
      ) : source.isError ? (
        <Failure
          what="The run to begin with cannot be read"
          error={source.error}
          retry={() => void source.refetch()}
        />
      ) : (
        <Draft
          key={from}
          from={from}
          modelId={modelId}
          begins={source.data ? textOf(source.data.spec) : TEMPLATE}
        />
      )}
    </Stack>
  );
}

/** What was written is kept for each beginning, in this tab, until it was started. */
function Draft({ from, modelId, begins }: { from: string; modelId: string; begins: string }) {
  const [text, setText, forget] = useSessionStorage({
    key: `trainyard-draft-${from}`,
    defaultValue: begins,
    getInitialValueInEffect: false,
  });
  return <Editor modelId={modelId} text={text} onWrite={setText} onStarted={forget} />;
}

interface RunChoiceProps {
  modelId: string | undefined;
  source: RunView | undefined;
  from: string;
  onChoose: (runId: string) => void;
}

function RunChoice({ modelId, source, from, onChoose }: RunChoiceProps) {
  const page = useInfiniteQuery({ ...reads.runs(modelId ?? '', '', ''), enabled: modelId !== undefined });
  const newest = page.data?.pages[0]?.runs ?? [];
  const runs = source && !newest.some(({ runId }) => runId === source.runId) ? [source, ...newest] : newest;
  if (runs.length === 0)
    return modelId === undefined ? null : (
      <Text size="sm" c="dimmed">
        The model has no run to begin with.
      </Text>
    );
  return (
    <NativeSelect
      label="Begin with"
      description="The specification of an earlier run, or the least that there must be."
      value={from}
      data={[
        { value: '', label: 'an empty specification' },
        ...runs.map((run) => ({ value: run.runId, label: summaryOf(run) })),
      ]}
      onChange={({ currentTarget }) => onChoose(currentTarget.value)}
    />
  );
}

/** `shop#47, completed, recall@100 0.468`. */
function summaryOf({ name, status, spec, result }: RunView): string {
  const metric = leadingMetric(measuredModel(spec), 'test');
  const value = metric === undefined ? undefined : result?.metrics[metric];
  const best =
    metric === undefined || value === undefined
      ? ''
      : `${metricTitle(metric, 'test')} ${formatMetric(metric, value)}`;
  return [name, status, best].filter((part) => part !== '').join(', ');
}
