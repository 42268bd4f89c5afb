import { Text } from '@mantine/core';
import type { ModelView } from '@trainyard/shared/http/bodies';
import { ConfirmByName } from '../../states/ConfirmByName.js';
import { useMove } from './useMove.js';

/** Puts the version that served before into production again; nothing where none did. */
export function RollbackButton({ model }: { model: ModelView }) {
  const move = useMove(model);
  const { name, production, formerProduction } = model;
  const former = formerProduction.at(-1);
  if (production === null || former === undefined) return null;
  return (
    <ConfirmByName
      button={`Roll back to version ${former}`}
      title="Roll back"
      verb="Roll back"
      name={name}
      failed="The model was not rolled back"
      act={() => move('rollback', {})}
      isDangerous
    >
      {() => (
        <Text size="sm">
          Version {former} serves again, and version {production} is archived.
        </Text>
      )}
    </ConfirmByName>
  );
}
