/** Retrains on demand of a message: subscribed to `trainyard-retrain`. */
import { cloudEvent, type CloudEvent } from '@google-cloud/functions-framework';
import { controlPlane } from '../currentControlPlane.js';
import { handleRetrainMessage } from '../runs/retrain.js';

cloudEvent('retrain', async (delivered: CloudEvent<unknown>) =>
  handleRetrainMessage(await controlPlane(), delivered),
);
