/** Launches what was requested: subscribed to `trainyard-events`. */
import { cloudEvent, type CloudEvent } from '@google-cloud/functions-framework';
import { controlPlane } from '../currentControlPlane.js';
import { handleEventMessage } from '../events/eventFunction.js';
import { dispatch } from '../runs/dispatch.js';

cloudEvent('dispatch', async (delivered: CloudEvent<unknown>) =>
  handleEventMessage(await controlPlane(), 'dispatch', delivered, async (cp, event) => {
    if (event.type === 'run.requested') await dispatch(cp, event.data.runId);
  }),
);
