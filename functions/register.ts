/**
 * All functions that need no more than the control plane, under the names they are deployed with. Importing this registers them
 * with the functions framework; where each is deployed by itself, its own file in `entries/` is.
 */
import './entries/api.js';
import './entries/dispatch.js';
import './entries/mlflow.js';
import './entries/notify.js';
import './entries/reconcile.js';
import './entries/retrain.js';
import './entries/summaries.js';
import './entries/sweeps.js';
import './entries/webhooks.js';
