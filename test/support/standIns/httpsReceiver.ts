/** A server on this machine that stands for `https://hooks.test`, and what makes requests find and trust it. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Network } from '../../../functions/notify/safeRequest.js';

/** Of no worth: for hooks.test alone, until 2120. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1FDtzgLMBX31ax55
ag6H0C5ufpse5UQm6GK50tK42YahRANCAAT8UVBp4A8j89nm+NkXkBQwHrPmrggo
qNOvmPqUWpZox1xOa9VAyF+3Xr2cq/2lfwajphEQj05nYYDKaEhBdegB
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBRDCB66ADAgECAgEHMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMCmhvb2tzLnRl
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBUxEzARBgNVBAMM
Cmhvb2tzLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT8UVBp4A8j89nm
+NkXkBQwHrPmrggoqNOvmPqUWpZox1xOa9VAyF+3Xr2cq/2lfwajphEQj05nYYDK
aEhBdegBoyowKDAVBgNVHREEDjAMggpob29rcy50ZXN0MA8GA1UdEwEB/wQFMAMB
Af8wCgYIKoZIzj0EAwIDSAAwRQIhAPvPg4ysKTsyzvUCWreVun1t/3w37xqQaIR8
pwpJ3V29AiAegAyVVyY/k3J01fzRjKLlcr7Jq8mE1m9sVFrDHLFYfg==
-----END CERTIFICATE-----
`;

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HttpsReceiver {
  /** Without a slash at the end. */
  url: string;
  received: Received[];
  /** Answers 200 unless changed. Called when the whole request has arrived. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  network: Network;
}

/** Gone after the test. */
export async function httpsReceiver(): Promise<HttpsReceiver> {
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
    void text(request)
      .then((body) => {
        receiver.received.push({ path: request.url ?? '', headers: request.headers, body });
        receiver.answer(request, response);
      })
      .catch(() => request.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const receiver: HttpsReceiver = {
    url: `https://hooks.test:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: (_request, response) => void response.end(),
    network: {
      lookup: (_hostname, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
      allows: () => true,
      timeoutMs: 10_000,
      ca: CERTIFICATE,
    },
  };
  return receiver;
}
