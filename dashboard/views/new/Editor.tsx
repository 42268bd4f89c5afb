import { Alert, Stack } from '@mantine/core';
import schemaJson from 'virtual:specification-schema';
import { useMemo, useState } from 'react';
import { EditingProvider, writesOf, type Editing } from '../../form/editing.js';
import { jsonPointer } from '@trainyard/shared/http/jsonPointer';
import { valueAt } from '../../form/paths.js';
import { mistakesBelow, textMistakes } from '../../form/mistakes.js';
import { SpecSchema } from '../../form/schemaAt.js';
import { readText, withValue } from '../../form/specText.js';
import { YamlText } from '../../form/YamlText.js';
import { Failure } from '../../states/Failure.js';
import { EstimatePanel } from './EstimatePanel.js';
import { SpecForm } from './SpecForm.js';
import { StartButton } from './StartButton.js';
import { useDryRun } from './useDryRun.js';
import { useKnownData } from './useKnownData.js';

const schema = new SpecSchema(schemaJson);

interface Props {
  modelId: string;
  text: string;
  onWrite: (text: string) => void;
  onStarted: () => void;
}

/** A specification as a form and as text, what a run of it would take, and the button that starts it. */
export function Editor({ modelId, text, onWrite, onStarted }: Props) {
  const [isQuick, setQuick] = useState(false);
  const [rows, setRows] = useState('');
  const read = useMemo(() => readText(text), [text]);
  const [lastRead, setLastRead] = useState(read.spec ?? {});
  if (read.spec && read.spec !== lastRead) setLastRead(read.spec);
  const spec = read.spec ?? lastRead;

  const asked = read.spec && modelId !== '' ? { modelId, spec: read.spec, isQuick, rows } : undefined;
  const dryRun = useDryRun(asked);
  const tiers = useTiers(asked) ?? dryRun.data?.estimate.tiers ?? [];
  const data = useKnownData(modelId, dryRun.data?.spec ?? spec);
  const refusal = dryRun.error ?? null;
  const sent = mistakesBelow('spec', refusal);
  const known = new Map(sent.map(({ pointer, detail }) => [pointer, detail]));
  const editing: Editing = {
    schema,
    spec,
    set: (path, value) =>
      onWrite(
        writesOf({ schema, spec }, path, value).reduce(
          (before, [place, written]) => withValue(before, place, written),
          text,
        ),
      ),
    mistakeAt: (path) => known.get(jsonPointer(path)),
  };
  const mistakes = textMistakes(read, sent);
  return (
    <EditingProvider value={editing}>
      <div className="editor">
        <fieldset className="plainFieldset" disabled={!read.spec}>
          {!read.spec && <Alert color="yellow">The form waits until the text can be read.</Alert>}
          <SpecForm modelId={modelId} resolved={dryRun.data?.spec} tiers={tiers} known={data} />
        </fieldset>
        <Stack gap="md" className="estimateAndText">
          <EstimatePanel
            estimate={refusal ? undefined : dryRun.data?.estimate}
            isCurrent={asked === undefined || dryRun.isCurrent}
            rows={rows}
            onRows={setRows}
          />
          {refusal && sent.length === 0 && <Failure what="This cannot be started" error={refusal} />}
          <StartButton
            asked={asked}
            missing={modelId === '' ? 'Name a model first.' : 'The text cannot be read.'}
            isQuick={isQuick}
            onQuick={setQuick}
            onStarted={onStarted}
          />
          <YamlText text={text} mistakes={mistakes} onWrite={onWrite} />
        </Stack>
      </div>
    </EditingProvider>
  );
}

/** All tiers of the deployment, also where the specification has chosen some of them. */
function useTiers(asked: Parameters<typeof useDryRun>[0]) {
  const compute = valueAt(asked?.spec, ['compute']);
  const hasChosen = valueAt(compute, ['tiers']) !== undefined;
  const open =
    asked && hasChosen && typeof compute === 'object'
      ? { ...asked, spec: { ...asked.spec, compute: { ...compute, tiers: undefined } } }
      : undefined;
  const { data } = useDryRun(open);
  return open && data?.estimate.tiers;
}
