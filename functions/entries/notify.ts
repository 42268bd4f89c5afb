/** Tells how runs and sweeps end: subscribed to `trainyard-events`. */
import { cloudEvent, type CloudEvent } from '@google-cloud/functions-framework';
import { controlPlane } from '../currentControlPlane.js';
import { handleEventMessage } from '../events/eventFunction.js';
import { notify } from '../notify/notify.js';

cloudEvent('notify', async (delivered: CloudEvent<unknown>) =>
  handleEventMessage(await controlPlane(), 'notify', delivered, (cp, event) => notify(cp, event)),
);
