import { Badge } from '@mantine/core';
import type { ModelStage } from '@trainyard/shared/firestore/model';

const COLORS: Readonly<Record<ModelStage, string>> = {
  none: 'gray',
  staging: 'blue',
  production: 'green',
  archived: 'gray',
};

const WORDS: Readonly<Record<ModelStage, string>> = {
  none: 'in no stage',
  staging: 'staging',
  production: 'production',
  archived: 'archived',
};

/** What a version of a model is used for. */
export function ModelStageBadge({ stage }: { stage: ModelStage }) {
  return (
    <Badge className="whole" color={COLORS[stage]} variant="dot">
      {WORDS[stage]}
    </Badge>
  );
}
