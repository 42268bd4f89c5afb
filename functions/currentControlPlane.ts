/** The one control plane of this process: that of the deployment's environment, unless a host of its own says otherwise. */
import type { ControlPlane } from './controlPlane.js';

type Provider = () => Promise<ControlPlane>;

let provider: Provider | undefined;
let built: Promise<ControlPlane> | undefined;

/** Says how the control plane is built; the local host calls it before the first request. */
export function setControlPlane(newProvider: Provider): void {
  provider = newProvider;
  built = undefined;
}

/** The one control plane of this process, built at the first call; a failed attempt is made again by the next call. */
export function controlPlane(): Promise<ControlPlane> {
  built ??= (provider ?? fromEnvironment)().catch((error: unknown) => {
    built = undefined;
    throw error;
  });
  return built;
}

async function fromEnvironment(): Promise<ControlPlane> {
  const { controlPlaneFromEnvironment } = await import('./cloud.js');
  return controlPlaneFromEnvironment();
}
