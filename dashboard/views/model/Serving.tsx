import { Card, Text } from '@mantine/core';
import type { ModelView } from '@trainyard/shared/http/bodies';
import type { ModelVersionView } from '@trainyard/shared/http/versions';
import type { ModelStage } from '@trainyard/shared/firestore/model';
import { dateTime } from '../../figures/times.js';

interface Props {
  model: ModelView;
  /** Those that are read: the newest. */
  versions: readonly ModelVersionView[];
}

/** Which version serves, which is tried out, and which served before. */
export function Serving({ model, versions }: Props) {
  const { production, staging, formerProduction } = model;
  return (
    <div className="cards">
      <Place
        title="In production"
        version={production}
        none="No version serves. Promote one below."
        since={sinceOf(versions, production, 'production')}
      />
      <Place
        title="In staging"
        version={staging}
        none="No version is tried out."
        since={sinceOf(versions, staging, 'staging')}
      />
      <Card withBorder padding="sm">
        <Text size="sm" c="dimmed">
          Served before
        </Text>
        <Text className="breaks">
          {formerProduction.length === 0
            ? 'none'
            : formerProduction
                .toReversed()
                .map((version) => `version ${version}`)
                .join(', ')}
        </Text>
      </Card>
    </div>
  );
}

function Place({
  title,
  version,
  none,
  since,
}: {
  title: string;
  version: number | null;
  none: string;
  since: string;
}) {
  return (
    <Card withBorder padding="sm">
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      {version === null ? <Text>{none}</Text> : <Text fw={600}>version {version}</Text>}
      <Text size="xs" c="dimmed" className="breaks">
        {since}
      </Text>
    </Card>
  );
}

/** Since when and by whom; nothing of a version that is not read. */
function sinceOf(versions: readonly ModelVersionView[], version: number | null, stage: ModelStage): string {
  const found = versions.find((one) => one.version === version);
  const last = found?.stageHistory.findLast((change) => change.stage === stage);
  return last ? `since ${dateTime(last.at)}, by ${last.by}` : '';
}
