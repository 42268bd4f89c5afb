import { serveFunction } from '../support/functionClient.js';
import { testControlPlane } from '../support/controlPlane.js';
import { tokensOf } from '../support/standIns/tokensOf.js';
import { feedContract, TEAMS } from './feed.contract.js';
import { StreamFeed } from '../../dashboard/feed/streamFeed.js';

feedContract('a server', async () => {
  const { config, token } = await tokensOf();
  const { store } = await testControlPlane(config);
  const { port } = await serveFunction('api');
  const authorization = `Bearer ${await token('vera', 'viewer', TEAMS)}`;
  const feed = new StreamFeed((path, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', authorization);
    return fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
  });
  return { store, feed };
});
