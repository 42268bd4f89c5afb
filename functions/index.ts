/** What the deployed bundle and the local host need of the functions. */
import './register.js';

export { configSchema } from './config.js';
export type { ControlPlane } from './controlPlane.js';
export { setControlPlane } from './currentControlPlane.js';
export { jsonLog, type Log } from './log.js';
