import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';

/** A request that the fake got. */
export interface FakeRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** What the fake does with a request: an answer, or something else done to the response. */
export type FakeAnswer =
  | {readonly status?: number; readonly body: unknown}
  | ((response: ServerResponse) => void);

export interface FakeOpenSearch extends AsyncDisposable {
  readonly url: string;
  readonly requests: FakeRequest[];
}

/** A server on a free port that answers what `answer` says; with TLS by the certificate below where asked. */
export async function startFake(
  answer: (request: FakeRequest) => FakeAnswer,
  {isTls = false}: {isTls?: boolean} = {},
): Promise<FakeOpenSearch> {
  const requests: FakeRequest[] = [];
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const {method = '', url = '', headers} = incoming;
    const request = {method, url, authorization: headers.authorization, body: await text(incoming)};
    requests.push(request);
    const answered = answer(request);
    if (typeof answered === 'function') answered(response);
    else sendJson(response, answered);
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse) => void handle(incoming, response);
  const server = isTls ? createTlsServer({cert: CERTIFICATE, key: KEY}, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  return {
    url: `${isTls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function sendJson(response: ServerResponse, {status = 200, body}: {status?: number; body: unknown}): void {
  const type = typeof body === 'string' ? 'text/html' : 'application/json';
  response.writeHead(status, {'content-type': type});
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** What OpenSearch of this version says of itself. */
export function bannerOf(number: string, distribution: string | undefined = 'opensearch'): FakeAnswer {
  return {body: {version: {number, distribution}}};
}

/** Self-signed for localhost and 127.0.0.1, good for 100 years; of no use to anybody else. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUU30u+81jqsrsadzUCQtuEs/NnkQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjExNTIzN1oYDzIxMjYxMDI5
MTE1MjM3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASbeva1msWMVmove+TArsuJuIgo+98JZ/DRLJcc1Vyuv4HvjAYx7TAY
zfCULLvK5Q/Pt7EJ3H1CeJVUpEM+0sqpo28wbTAdBgNVHQ4EFgQUD44qMConmYUd
5JzWX/ZlR8ZvwAIwHwYDVR0jBBgwFoAUD44qMConmYUd5JzWX/ZlR8ZvwAIwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgHlHoX278avFl9UxLapIPOqW442eQBTZtCOs5f/2R6AoCIDQu
09Vjv/I6EkV+YMAySSeHw2vJlZbEgWxQ4YmVkkzT
-----END CERTIFICATE-----
`;

const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNTg+2TQDGUAuRk9n
6v3sDcwgmjGuFLtJuSoBwBpaJcahRANCAASbeva1msWMVmove+TArsuJuIgo+98J
Z/DRLJcc1Vyuv4HvjAYx7TAYzfCULLvK5Q/Pt7EJ3H1CeJVUpEM+0sqp
-----END PRIVATE KEY-----
`;
