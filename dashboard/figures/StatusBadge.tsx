import { Badge } from '@mantine/core';
import type { RunStatus } from '@trainyard/shared/runs/status';

const COLORS: Readonly<Record<RunStatus, string>> = {
  pending: 'gray',
  provisioning: 'cyan',
  running: 'blue',
  cancelling: 'orange',
  completed: 'green',
  failed: 'red',
  cancelled: 'gray',
};

export function StatusBadge({ status }: { status: RunStatus }) {
  return (
    <Badge className="whole" color={COLORS[status]} variant="dot">
      {status}
    </Badge>
  );
}
