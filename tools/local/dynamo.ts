/**
 * DynamoDB: dynalite, in memory, on a port of its own that only this process knows. What the local
 * AWS itself asks of the table goes there directly and is not counted.
 */
import { Agent, request, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Answer, AwsRequest } from './aws-request.ts';
import { REGION } from './resources.ts';

interface DynaliteOptions {
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
}

// The package brings no types, and is CommonJS.
const dynalite: (options: DynaliteOptions) => Server = createRequire(import.meta.url)('dynalite');

// Small values cut from shared 64 KB pools keep whole pools alive: twice the memory of the table.
Buffer.poolSize = 0;

/** Connections kept open to the emulator: more than the functions open at a time. */
const SOCKETS_MAX = 64;

export interface Dynamo {
  readonly client: DynamoDBClient;
  answer(request: AwsRequest): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts an empty DynamoDB; throws when no port can be had. */
export async function startDynamo(): Promise<Dynamo> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const port = await listenOn(server, 0);
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

  return {
    client,
    answer: (asked) => forward(agent, port, asked),
    stop: async () => {
      client.destroy();
      agent.destroy();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Listens on 127.0.0.1 and answers the port; 0 takes any. Throws when the port is taken. */
export async function listenOn(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo; // A TCP server that listens has one.
  return address.port;
}

async function forward(agent: Agent, port: number, asked: AwsRequest): Promise<Answer> {
  const { connection: _hop, host: _name, ...headers } = asked.headers;
  const body = Buffer.from(asked.body);
  return new Promise<Answer>((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: asked.method,
        path: asked.target,
        headers: { ...headers, 'content-length': body.length },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const kept = Object.entries(incoming.headers)
            .filter(([name]) => name === 'content-type' || name.startsWith('x-amz'))
            .map(([name, value]) => [name, String(value)]);
          resolve({
            status: incoming.statusCode ?? 500,
            headers: Object.fromEntries(kept),
            body: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
