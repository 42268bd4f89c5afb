import { Checkbox, Fieldset, Group, Skeleton, Stack, Switch, Text } from '@mantine/core';
import type { DryRun } from '@trainyard/shared/http/estimate';
import { useEditing } from '../../form/editing.js';
import { KindFields } from '../../form/KindFields.js';
import { KindList } from '../../form/KindList.js';
import { machineWords } from '@trainyard/shared/compute/machineWords';
import { usd } from '../../figures/usd.js';
import { valueAt } from '../../form/paths.js';
import { SchemaField } from '../../form/SchemaField.js';
import { SectionOrPreset } from './SectionOrPreset.js';
import { ColumnDrop } from './ColumnDrop.js';
import { DataSummary } from './DataSummary.js';
import { FeatureSummary } from './FeatureSummary.js';
import { Shape } from './Shape.js';
import { sizesOf, type KnownData } from './useKnownData.js';
import { later } from '../../states/later.js';

const Columns = later(() => import('./Columns.js'), <Skeleton height={352} />);

const COLUMN = { column: '', transform: 'lookup' } as const;
const LAYER = { type: 'dense', units: 32 } as const;
const SHOWN = {
  features: ['column', 'id', 'dim', 'buckets'],
  layers: ['units', 'activation', 'rate', 'depth', 'rank'],
} as const;
const KEPT = { features: ['name', 'column', 'id'], layers: [] } as const;

interface Props {
  modelId: string;
  resolved: DryRun['spec'] | undefined;
  tiers: DryRun['estimate']['tiers'];
  known: KnownData;
}

/** The main fields of a specification; everything else stands in its text. */
export function SpecForm({ modelId, resolved, tiers, known }: Props) {
  const { spec } = useEditing();
  return (
    <Stack gap="md">
      <SectionOrPreset
        kind="datasets"
        resolved={resolved}
        summary={<DataSummary known={known} spec={resolved ?? spec} />}
      >
        <SchemaField path={['dataset', 'source', 'uri']} label="Where the rows are" />
      </SectionOrPreset>
      <SectionOrPreset
        kind="feature-configs"
        resolved={resolved}
        summary={<FeatureSummary modelId={modelId} resolved={resolved} sizeOf={sizesOf(known.profile)} />}
      >
        {known.profile && <Columns profile={known.profile} />}
        {(['query', 'candidate'] as const).map((tower) => (
          <ColumnDrop key={tower} tower={tower} profile={known.profile}>
            <KindList
              path={['features', tower]}
              label={tower === 'query' ? 'Query features' : 'Candidate features'}
              noun="feature"
              added={COLUMN}
              shows={SHOWN.features}
              keeps={KEPT.features}
            />
          </ColumnDrop>
        ))}
      </SectionOrPreset>
      <SectionOrPreset kind="model-configs" resolved={resolved}>
        <div className="fields">
          <SchemaField path={['model', 'type']} label="Model type" />
          <SchemaField path={['model', 'similarity']} />
        </div>
        {(['query', 'candidate'] as const).map((tower) => (
          <KindList
            key={tower}
            path={['model', tower, 'layers']}
            label={tower === 'query' ? 'Query tower' : 'Candidate tower'}
            noun="layer"
            added={LAYER}
            shows={SHOWN.layers}
            keeps={KEPT.layers}
          />
        ))}
      </SectionOrPreset>
      <Shape resolved={resolved} sizeOf={sizesOf(known.profile)} />
      <Fieldset legend="Training">
        <Stack gap="sm">
          <div className="fields">
            <SchemaField path={['training', 'epochs']} />
            <SchemaField path={['training', 'batchSize']} />
          </div>
          <KindFields path={['training', 'optimizer']} />
          <EarlyStopping />
        </Stack>
      </Fieldset>
      <Compute tiers={tiers} />
    </Stack>
  );
}

const EARLY = ['training', 'earlyStopping'] as const;

function EarlyStopping() {
  const { spec, set } = useEditing();
  const isOff = valueAt(spec, EARLY) === false;
  return (
    <>
      <Switch
        label="Early stopping"
        checked={!isOff}
        onChange={({ currentTarget }) => set(EARLY, currentTarget.checked ? undefined : false)}
      />
      {!isOff && (
        <div className="fields">
          <SchemaField path={[...EARLY, 'patience']} />
          <SchemaField path={[...EARLY, 'monitor']} isShort />
        </div>
      )}
    </>
  );
}

const TIERS = ['compute', 'tiers'] as const;

function Compute({ tiers }: Pick<Props, 'tiers'>) {
  const { spec, set, mistakeAt } = useEditing();
  const given = valueAt(spec, TIERS);
  const chosen: readonly unknown[] = Array.isArray(given) ? given : [];
  const names = [...new Set([...tiers.map(({ tier }) => tier), ...chosen.map(String)])];
  const choose = (next: string[]) => set(TIERS, next.length === 0 ? undefined : next);
  return (
    <Fieldset legend="Compute">
      <Stack gap="sm">
        <Checkbox.Group
          label="Tiers"
          description="Tried in the order in which they are chosen; all of the deployment where none is."
          error={mistakeAt(TIERS) ?? chosen.map((_, i) => mistakeAt([...TIERS, i])).find(Boolean)}
          value={chosen.map(String)}
          onChange={choose}
        >
          <Group mt="xs">
            {names.map((name) => (
              <Checkbox
                key={name}
                value={name}
                label={name}
                description={tierWords(tiers.find(({ tier }) => tier === name))}
              />
            ))}
          </Group>
        </Checkbox.Group>
        {names.length === 0 && (
          <Text size="sm" c="dimmed">
            They are known when the specification has no mistakes.
          </Text>
        )}
        <SchemaField path={['compute', 'maxUsd']} label="Most US dollars" />
      </Stack>
    </Fieldset>
  );
}

/** `4 × T4, 32 vCPU, … Spot: … $1.20 an hour.` */
function tierWords(tier: Props['tiers'][number] | undefined): string {
  const price = tier && tier.usdPerHour !== null ? ` ${usd(tier.usdPerHour)} an hour.` : '';
  return `${machineWords(tier?.machine ?? null)}${price}`;
}
