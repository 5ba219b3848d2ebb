/** The emulator over real HTTP, spoken to by the real SDK client, keeps AWS's contract. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { createScheduler, type HttpRequest } from '../../../tools/local/scheduler/scheduler.ts';
import { type SchedulerUnderTest, schedulerContract } from '../../contracts/scheduler.contract.ts';
import { schedulerValidationContract } from '../../contracts/scheduler-validation.contract.ts';

const NOW = Date.UTC(2026, 10, 22, 9);

schedulerContract('the emulator', startEmulator);
schedulerValidationContract('the emulator', startEmulator);

async function startEmulator(): Promise<SchedulerUnderTest> {
  const scheduler = createScheduler({ clock: () => NOW, deliver: async () => {} });
  const server = createServer(async (request, response) => {
    const { status, headers, body } = scheduler.handle(await requestOf(request));
    response.writeHead(status, headers).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');

  const client = new Scheduler({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const queueArn = 'arn:aws:sqs:eu-central-1:000000000000:';
  return {
    client,
    arns: {
      queue: `${queueArn}due-timers`,
      fifoQueue: `${queueArn}bank-call-requests.fifo`,
      deadLetterQueue: `${queueArn}scheduler-dlq`,
      role: 'arn:aws:iam::000000000000:role/scheduler',
    },
    stop: async () => {
      client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function requestOf(request: IncomingMessage): Promise<HttpRequest> {
  const [path = '/', search = ''] = (request.url ?? '/').split('?');
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(search),
    body: await text(request),
  };
}
