/** Keeps the summaries by which runs are found: subscribed to `trainyard-events`. */
import { cloudEvent, type CloudEvent } from '@google-cloud/functions-framework';
import { controlPlane } from '../currentControlPlane.js';
import { handleEventMessage } from '../events/eventFunction.js';
import { summarize } from '../runs/summaries/keepSummaries.js';

cloudEvent('summaries', async (delivered: CloudEvent<unknown>) =>
  handleEventMessage(await controlPlane(), 'summaries', delivered, (cp, event) => summarize(cp, event)),
);
