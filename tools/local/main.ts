/**
 * `npm start`: the local AWS on one port until Ctrl-C, with a few lines that say how to use it.
 */
import { readInstant } from './instant-text.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';
import { queueUrl } from './resources.ts';

const PORT_DEFAULT = 4566;
const PORT_MAX = 65_535;

try {
  const port = readPort(process.env.PORT);
  const clockStart = readClockStart(process.env.CLOCK_START);
  const local = await startLocalAws({
    port,
    ...(clockStart === undefined ? {} : { clockStart }),
    log: (line) => console.log(line),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(local));
  console.log(welcome(local));
} catch (error) {
  console.error(complaint(error));
  process.exit(1);
}

async function end(local: LocalAws): Promise<void> {
  await local.stop();
  process.exit(0);
}

function readPort(text: string | undefined): number {
  if (text === undefined) return PORT_DEFAULT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= PORT_MAX) return port;
  throw new Error(`PORT "${text}" is not a port; expected 0 (any free one) to ${PORT_MAX}`);
}

function readClockStart(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const read = readInstant(text);
  if (read.kind === 'ms') return read.ms;
  throw new Error(`CLOCK_START: ${read.why}`);
}

function complaint(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `port ${process.env.PORT ?? PORT_DEFAULT} is taken: free it, or set PORT to another`;
  }
  return error instanceof Error ? error.message : String(error);
}

function welcome({ url, clock }: LocalAws): string {
  const event = {
    specversion: '1.0',
    id: 'first-call',
    source: '/by-hand',
    type: 'consent-lifecycle.bank-call.completed.v1',
    subject: 'consent-1',
    time: new Date(clock.now()).toISOString(),
    data: {
      provider: 'klarna-consent',
      call: { operation: 'accounts' },
      response: { status: 400, headers: {}, body: { error: { code: 'CONSENT.EXPIRED' } } },
    },
  };
  return `
The local AWS is ready at ${url} (SQS, SNS, DynamoDB, EventBridge Scheduler).

  queues   bank-call-results, bank-call-requests.fifo, due-timers
  topics   re-consent, consent-notices
  table    consents

Report a bank call (any credentials and any region will do):

  aws --endpoint-url ${url} sqs send-message \\
    --queue-url ${queueUrl(url, 'bank-call-results')} \\
    --message-body '${JSON.stringify(event)}'

See what became of the consent, and let a day pass:

  curl ${url}/_local/consents/consent-1
  curl -d '{"advance":"PT25H"}' ${url}/_local/clock

Ctrl-C ends it; nothing is kept.
`;
}
