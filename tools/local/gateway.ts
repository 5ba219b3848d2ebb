/**
 * The one door of the local AWS: tells services apart by the signature's scope, brings every client
 * into one region, and logs who called what. A function is known by the access key id that it signs
 * with; signatures are not checked. A request it cannot place gets an error that says what is
 * understood here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FunctionName } from '../../shared/runtime/environment.ts';
import { askedOf } from './asked-resources.ts';
import {
  type Answer,
  type AwsRequest,
  awsError,
  jsonAnswer,
  SERVICES,
  type Service,
} from './aws-request.ts';
import { type Call, type CallLog, createCallLog } from './call-log.ts';
import { listenOn } from './dynamo.ts';
import { ACCESS_KEY_IDS, REGION } from './resources.ts';

/** DynamoDB takes requests of up to 16 MB; nothing else takes more. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
const SIGNATURE_SCOPE = /Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request/;
const HOP_HEADERS = ['connection', 'content-length', 'expect', 'host', 'transfer-encoding'];

export type Services = {
  readonly [Name in Service]: (request: AwsRequest, action: string) => Promise<Answer>;
};

export interface Gateway {
  readonly port: number;
  readonly calls: CallLog;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** 0 takes any. */
  readonly port: number;
  readonly services: Services;
  /** Answers what lies under `/_local/`. */
  readonly control: (request: AwsRequest) => Promise<Answer>;
}

/** Listens on 127.0.0.1; throws `EADDRINUSE` when the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const calls = createCallLog();
  const server = createServer((incoming, outgoing) => {
    void serve(options, calls, incoming, outgoing);
  });
  const port = await listenOn(server, options.port);

  return {
    port,
    calls,
    stop: () => closed(server),
  };
}

async function closed(server: Server): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}

async function serve(
  options: GatewayOptions,
  calls: CallLog,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  let answer: Answer;
  try {
    const body = await wholeBody(incoming);
    answer =
      body === undefined
        ? awsError(413, 'RequestEntityTooLarge', `a body has at most ${BODY_BYTES_MAX} bytes`)
        : await route(options, calls, requestOf(incoming, body, gone.signal));
  } catch (error) {
    // A client that aborts its own request hears no answer anyway.
    answer = awsError(500, 'InternalFailure', `the local AWS failed: ${String(error)}`);
  }
  if (outgoing.destroyed) return;

  const bytes = Buffer.from(answer.body);
  const { 'content-length': _stale, ...headers } = answer.headers;
  outgoing.writeHead(answer.status, { ...headers, 'content-length': bytes.length });
  outgoing.end(bytes);
}

async function wholeBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size <= BODY_BYTES_MAX) chunks.push(bytes);
  }
  return size <= BODY_BYTES_MAX ? Buffer.concat(chunks).toString() : undefined;
}

function requestOf(incoming: IncomingMessage, body: string, gone: AbortSignal): AwsRequest {
  const headers = Object.entries(incoming.headers)
    .filter(([name, value]) => value !== undefined && !HOP_HEADERS.includes(name))
    .map(([name, value]) => [name, String(value)]);
  const method = incoming.method ?? 'GET';
  return { method, target: incoming.url ?? '/', headers: Object.fromEntries(headers), body, gone };
}

async function route(
  options: GatewayOptions,
  calls: CallLog,
  request: AwsRequest,
): Promise<Answer> {
  if (request.target.startsWith('/_local/')) return options.control(request);

  const authorization = request.headers.authorization ?? '';
  const scope = SIGNATURE_SCOPE.exec(authorization);
  if (scope === null) return unsigned(request);

  const [, accessKeyId, , , name] = scope;
  const service = SERVICES.find((known) => known === name);
  if (service === undefined) {
    const known = SERVICES.join(', ');
    const message = `service "${name}" is not part of the local AWS; it has ${known}`;
    return awsError(501, 'UnsupportedService', message);
  }

  const action = actionOf(service, request);
  calls.add(callerWith(accessKeyId), `${service}:${action}`, askedOf(service, request));
  const oneRegion = authorization.replace(
    SIGNATURE_SCOPE,
    `Credential=$1/$2/${REGION}/$4/aws4_request`,
  );
  const headers = { ...request.headers, authorization: oneRegion };
  return options.services[service]({ ...request, headers }, action);
}

function callerWith(accessKeyId: string | undefined): Call['by'] {
  const names = Object.keys(ACCESS_KEY_IDS) as FunctionName[]; // `keys` forgets what they are.
  return names.find((name) => ACCESS_KEY_IDS[name] === accessKeyId) ?? 'clients';
}

function unsigned(request: AwsRequest): Answer {
  const place = `${request.method} ${request.target.slice(0, 80)}`;
  const message =
    `${place} carries no AWS signature (version 4), and only /_local/ needs none: ` +
    'use an AWS SDK or CLI with this endpoint; any credentials and any region will do';
  return request.method === 'GET'
    ? jsonAnswer(403, { error: message })
    : awsError(403, 'MissingAuthenticationToken', message);
}

function actionOf(service: Service, request: AwsRequest): string {
  if (service === 'scheduler') return schedulerAction(request);
  const named = request.headers['x-amz-target']?.split('.').at(-1);
  return named ?? new URLSearchParams(request.body).get('Action') ?? 'Unknown';
}

const SCHEDULER_VERBS: Readonly<Record<string, string>> = {
  POST: 'Create',
  GET: 'Get',
  PUT: 'Update',
  DELETE: 'Delete',
};

/** EventBridge Scheduler speaks REST: its actions are methods on paths. */
function schedulerAction({ method, target }: AwsRequest): string {
  const [path = ''] = target.split('?');
  const [, collection, ...rest] = path.split('/');
  const verb = SCHEDULER_VERBS[method] ?? 'Unknown';
  switch (collection) {
    case 'schedules':
      return rest.length === 0 ? 'ListSchedules' : `${verb}Schedule`;
    case 'schedule-groups':
      return rest.length === 0 ? 'ListScheduleGroups' : `${verb}ScheduleGroup`;
    case 'tags':
      return (
        { POST: 'TagResource', GET: 'ListTagsForResource', DELETE: 'UntagResource' }[method] ??
        'Unknown'
      );
    default:
      return 'Unknown';
  }
}
