/** Launches what was requested, and starts the repetitions that wait for the end of a run: subscribed to `trainyard-events`. */
import { cloudEvent, type CloudEvent } from '@google-cloud/functions-framework';
import type { EventType } from '@trainyard/shared';
import { controlPlane } from '../currentControlPlane.js';
import { handleEventMessage } from '../events/eventFunction.js';
import { dispatch } from '../runs/dispatch.js';
import { advanceAfter } from '../runs/related/repeats.js';

const ENDINGS: ReadonlySet<EventType> = new Set(['run.completed', 'run.failed', 'run.cancelled']);

cloudEvent('dispatch', async (delivered: CloudEvent<unknown>) =>
  handleEventMessage(await controlPlane(), 'dispatch', delivered, async (cp, event) => {
    if (event.type === 'run.requested') await dispatch(cp, event.data.runId);
    else if (event.data.kind === 'run' && ENDINGS.has(event.type)) await advanceAfter(cp, event.data.runId);
  }),
);
