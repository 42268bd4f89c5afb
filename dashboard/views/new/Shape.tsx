import { Fieldset, Skeleton, Text } from '@mantine/core';
import type { DryRun } from '@trainyard/shared/http/estimate';
import type { SizeOf } from '@trainyard/shared/spec/shape/towerShape';
import { later } from '../../states/later.js';

/** Pictures come after the form that they are of. */
const Towers = later(() => import('../../figures/Towers.js'), <Skeleton height={200} />);

/** What the model of the specification looks like, as the server has filled it in. */
export function Shape({ resolved, sizeOf }: { resolved: DryRun['spec'] | undefined; sizeOf: SizeOf }) {
  return (
    <Fieldset legend="Shape of the model">
      {resolved ? (
        <>
          <Towers model={resolved.model} features={resolved.features} sizeOf={sizeOf} order={2} />
          <Text size="xs" c="dimmed" mt="sm">
            By the values of all rows: tables have those of the training rows alone, and may be smaller.
          </Text>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          There is a picture of it when the specification has no mistakes.
        </Text>
      )}
    </Fieldset>
  );
}
