/** Brings sweeps forward: subscribed to `trainyard-events`, of whose runs it hears of trials alone. */
import { cloudEvent, type CloudEvent } from '@google-cloud/functions-framework';
import { controlPlane } from '../currentControlPlane.js';
import { handleEventMessage } from '../events/eventFunction.js';
import { consumeEvent } from '../sweeps/consumeEvent.js';

cloudEvent('sweeps', async (delivered: CloudEvent<unknown>) =>
  handleEventMessage(await controlPlane(), 'sweeps', delivered, (cp, event) => consumeEvent(cp, event)),
);
