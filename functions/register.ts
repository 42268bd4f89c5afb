/** The functions, under the names they are deployed with. Importing this registers them with the functions framework. */
import { cloudEvent, http, type CloudEvent } from '@google-cloud/functions-framework';
import { authenticate } from './api/auth.js';
import { forbidden } from './api/forbidden.js';
import { hasRole } from './api/caller.js';
import { routes } from './api/routes.js';
import { routed } from './api/router.js';
import { controlPlane } from './controlPlane.js';
import { handleDispatchMessage } from './events/dispatchFunction.js';
import { answering, sendJson } from './http/answers.js';
import { reconcile } from './runs/reconcile.js';
import { handleWebhook } from './webhooks/webhooks.js';

http('api', answering(routed(routes)));

http('webhooks', answering(handleWebhook));

http(
  'reconcile',
  answering(async (cp, request, response) => {
    if (!hasRole(await authenticate(cp, request), 'admin')) throw forbidden('admin');
    sendJson(response, 200, await reconcile(cp));
  }),
);

cloudEvent('dispatch', async (event: CloudEvent<unknown>) =>
  handleDispatchMessage(await controlPlane(), event),
);
