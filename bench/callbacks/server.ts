import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { config } from '../environment.js';
import { fromServerSchema, type Memory, type ServerSettings } from './settings.js';

/** The server under load, seen from the harness. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly masterSecret: string,
  ) {}

  static async start(settings: ServerSettings): Promise<Server> {
    const child = fork(config.callbacksServer, [JSON.stringify(settings)], {
      execArgv: ['--expose-gc'],
      // Google's clients look for a metadata server at their first call, which no test machine has.
      env: { METADATA_SERVER_DETECTION: 'none' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const message = await heard(child);
    if (message.type !== 'serving') throw new Error('the server did not begin by saying where it serves');
    return new Server(child, message.url, message.masterSecret);
  }

  async memory(): Promise<Memory> {
    this.child.send('measure');
    const message = await heard(this.child);
    if (message.type !== 'memory') throw new Error('the server did not answer with its memory');
    const { type: _type, ...memory } = message;
    return memory;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

async function heard(child: ChildProcess) {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the server has ended by itself with exit code ${String(code)}`);
  });
  ended.catch(() => undefined);
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return fromServerSchema.parse(message);
}
