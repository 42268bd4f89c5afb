/** What Cloud Scheduler calls each minute. */
import { http } from '@google-cloud/functions-framework';
import { authenticate } from '../api/auth.js';
import { hasRole } from '../api/caller.js';
import { forbidden } from '../api/forbidden.js';
import { answering, sendJson } from '../http/answers.js';
import { remindOfMlflow } from '../mlflow/remind.js';
import { reconcile } from '../runs/reconcile.js';
import { fillSummaries } from '../runs/summaries/fillSummaries.js';
import { reconcileSweeps } from '../sweeps/reconcileSweeps.js';

http(
  'reconcile',
  answering('reconcile', async (cp, request, response) => {
    if (!hasRole(await authenticate(cp, request), 'admin')) throw forbidden('admin');
    const reconciled = { ...(await reconcile(cp)), sweeps: 0 };
    // After the runs: their ends are what sweeps wait for.
    const { sweeps, failed } = await reconcileSweeps(cp);
    reconciled.sweeps = sweeps;
    reconciled.failed += failed;
    const attempt = async (work: () => Promise<unknown>, message: string) => {
      try {
        await work();
      } catch (error) {
        reconciled.failed += 1;
        cp.log('ERROR', message, { error });
      }
    };
    await attempt(() => remindOfMlflow(cp), 'runs could not be brought to MLflow');
    // Last, for it may take some seconds where there are runs from before there were summaries.
    await attempt(() => fillSummaries(cp), 'summaries of earlier runs could not be made');
    sendJson(response, 200, reconciled);
  }),
);
