/** Writes runs to an MLflow server: subscribed to `trainyard-events`, and deployed where one is configured. */
import { cloudEvent, type CloudEvent } from '@google-cloud/functions-framework';
import { controlPlane } from '../currentControlPlane.js';
import { handleEventMessage } from '../events/eventFunction.js';
import { track } from '../mlflow/track.js';

cloudEvent('mlflow', async (delivered: CloudEvent<unknown>) =>
  handleEventMessage(await controlPlane(), 'mlflow', delivered, (cp, event) => track(cp, event)),
);
