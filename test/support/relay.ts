/**
 * Stands between a program and the local AWS: hands everything on, remembers what was asked for,
 * and loses an answer when it is told to, as networks do.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  /** As IAM names it: `sqs:SendMessage`. */
  readonly action: string;
  readonly body: string;
}

export interface Relay {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** The next request for this action is performed, and answered with 500, or not at all. */
  loseNext(action: string, how?: 'with an error' | 'in silence'): void;
  stop(): void;
}

const SERVICES: Readonly<Record<string, string>> = {
  AmazonSQS: 'sqs',
  DynamoDB_20120810: 'dynamodb',
};

/** Hands on what clients of SQS and DynamoDB ask of the endpoint `to`. */
export async function startRelay(to: string): Promise<Relay> {
  const asked: Asked[] = [];
  let toLose: string | undefined;
  let inSilence = false;

  const handOn = async (request: IncomingMessage, response: ServerResponse) => {
    const { host, connection, 'content-length': _, ...headers } = request.headers;
    const [service = '', name] = `${headers['x-amz-target']}`.split('.');
    const action = `${SERVICES[service]}:${name}`;
    const body = await text(request);
    asked.push({ action, body });
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const answer = await fetch(`${to}${request.url}`, {
      method: 'POST',
      headers: Object.entries(headers).map(([key, value]): [string, string] => [key, `${value}`]),
      body,
      signal: gone.signal,
    });
    const said = await answer.text();
    const isLost = toLose === action;
    if (isLost) toLose = undefined;
    if (isLost && inSilence) return;
    response.writeHead(isLost ? 500 : answer.status, {
      'content-type': 'application/x-amz-json-1.0',
    });
    response.end(isLost ? '{}' : said);
  };
  const server = createServer((request, response) => {
    handOn(request, response).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // A TCP server that listens has one.
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    loseNext: (action, how = 'with an error') => {
      toLose = action;
      inSilence = how === 'in silence';
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
