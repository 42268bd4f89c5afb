import { pythonInterpreter } from './config.js';
import type { RunTool } from './runTool.js';
import { SetupError } from './setupError.js';

/** Long-term releases that tfjs-node 4.22 has been seen to train on. */
const MAJORS = [20, 22, 24, 26];

export function requireNode(version = process.versions.node): void {
  const major = Number(version.split('.')[0]);
  if (MAJORS.includes(major)) return;
  throw new SetupError(
    `Node ${version} is none that tfjs-node 4.22 has been tried on, which are ${MAJORS.join(', ')}`,
    'switch to Node 24 (nvm install 24) and run this again; until then the wasm backend trains',
  );
}

/** Building against the Python wheel's libraries is known to work on Linux only. */
export function requireBuildPlatform(platform: string = process.platform, arch: string = process.arch): void {
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) return;
  throw new SetupError(
    `the native backend cannot be built from the Python wheel on ${platform}-${arch}, only on linux-x64 and linux-arm64`,
    'make https://storage.googleapis.com reachable so that tfjs-node brings its own build; until then the wasm backend trains',
  );
}

/** Throws a `SetupError` naming the first tool that is missing and how to get it; pip is needed to download only. */
export async function requireBuildTools(run: RunTool, withPip = true): Promise<void> {
  const python = pythonInterpreter();
  const tools: [[string, ...string[]], string, string][] = [
    [
      [python, '--version'],
      python,
      'install Python 3.9 or newer (apt-get install python3), or name one with PYTHON=',
    ],
    [
      [python, '-m', 'pip', '--version'],
      `${python} -m pip`,
      'install pip for it (apt-get install python3-pip)',
    ],
    [['g++', '--version'], 'g++', 'install a C++17 compiler (apt-get install g++)'],
    [['make', '--version'], 'make', 'install make (apt-get install make)'],
  ];
  for (const [command, name, remedy] of tools) {
    if (command.includes('pip') && !withPip) continue;
    const { exitCode } = await run(command);
    if (exitCode !== 0)
      throw new SetupError(`${name} is needed to build the native backend and does not run`, remedy);
  }
}
