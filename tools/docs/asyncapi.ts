/**
 * The AsyncAPI document of docs/contracts: where the messages are, who sends them, and what is in
 * them, in one file. It is said from the worker's side: what it receives, others send. AsyncAPI 3.0
 * is what most tools read; 3.1 has the same bindings.
 */
import { deployedName } from '../../infra/deployed-name.ts';
import { REQUEST_VISIBILITY_SECONDS } from '../../infra/request-delivery.ts';
import { typeOf } from '../../shared/messages/cloud-event.ts';
import { ACCOUNT_ID, REGION } from '../local/resources.ts';
import { type Channel, CONTRACTS, type Contract } from './contracts.ts';
import { type Example, exampleOf } from './examples.ts';
import { payloadOf, type Schema } from './message-schemas.ts';

type Json = Readonly<Record<string, unknown>>;

const DESCRIPTION = `Keeps account-information consents alive, and says so when one has truly ended.
Operations are the worker's own: send what it receives, and receive what it sends. Messages are
CloudEvents 1.0 in structured mode. Each may come more than once, and in any order, but for the
requests of one consent.`.replaceAll('\n', ' ');

const SIGNED = 'Requests are signed (SigV4); IAM decides. Names are published as SSM parameters.';
const LOCAL =
  'The local AWS (npm start), with any credentials. Names have no stage there: ' +
  'bank-call-results, re-consent.';

const SERVERS = {
  'aws-sqs': server('sqs', `AWS. ${SIGNED}`),
  'aws-sns': server('sns', `AWS. ${SIGNED}`),
  'local-sqs': {
    host: '127.0.0.1:4566',
    pathname: `/${ACCOUNT_ID}`,
    protocol: 'sqs',
    description: LOCAL,
  },
  'local-sns': { host: '127.0.0.1:4566', protocol: 'sns', description: LOCAL },
} as const;

const CHANNELS = {
  'bank-call-results': {
    description:
      'SQS standard. Set MessageGroupId to the id of the bank (or its hash, where it is not 1 to ' +
      '128 visible ASCII characters), so that a bank in trouble does not hold up the others.',
    ...overSqs({ fifoQueue: false }),
  },
  'bank-call-requests.fifo': {
    description:
      'SQS FIFO, one group per consent: its calls are made one after the other. A request is ' +
      `hidden for ${REQUEST_VISIBILITY_SECONDS} seconds while it is served, and gone after a day.`,
    ...overSqs({
      fifoQueue: true,
      deduplicationScope: 'messageGroup',
      fifoThroughputLimit: 'perMessageGroupId',
      visibilityTimeout: REQUEST_VISIBILITY_SECONDS,
      messageRetentionPeriod: 86_400,
    }),
  },
  're-consent': {
    description: 'One type and nothing else: whoever subscribes may ask the PSU at every message.',
    ...overSns(),
  },
  'consent-notices': {
    description: 'All other notices. Filter by the message attributes.',
    ...overSns(),
  },
} as const satisfies Record<Channel, unknown>;

const OPERATIONS = {
  receiveResults: operation('receive', 'bank-call-results', {
    summary: 'What callers and the app report, and what the worker tells itself.',
  }),
  tellReplaced: operation('send', 'bank-call-results', {
    summary: 'The worker tells a consent that a newer one took its place.',
    of: ['consent.replaced'],
  }),
  requestCalls: operation('send', 'bank-call-requests.fifo', {
    summary: 'The worker asks a caller to make a call, which reports it like any other.',
    answeredBy: ['bank-call.completed'],
  }),
  requireConsents: operation('send', 're-consent', {
    summary: 'The worker says that a PSU is to be asked.',
  }),
  giveNotice: operation('send', 'consent-notices', {
    summary: 'The worker says what else became of a consent.',
  }),
} as const;

/** Throws a field without words, and a message without an example. */
export function asyncApi(): Json {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'consent-lifecycle-worker',
      version: '1.0.0',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    servers: SERVERS,
    channels: Object.fromEntries(
      (Object.keys(CHANNELS) as Channel[]).map((name) => [name, channelOf(name)]),
    ),
    operations: OPERATIONS,
    components: {
      messages: Object.fromEntries(CONTRACTS.map((one) => [one.name, messageOf(one)])),
    },
  };
}

function server(protocol: 'sqs' | 'sns', description: string): Json {
  const region = { default: REGION, description: 'The region of the deployment.' };
  const account = { description: 'The account of the deployment, 12 digits.' };
  return {
    host: `${protocol}.{region}.amazonaws.com`,
    ...(protocol === 'sqs' && { pathname: '/{account}' }),
    protocol,
    description,
    variables: { region, ...(protocol === 'sqs' && { account }) },
  };
}

function overSqs(queue: Json) {
  return {
    servers: [ref('servers/aws-sqs'), ref('servers/local-sqs')],
    bindingsOf: (name: string) => ({ sqs: { queue: { name, ...queue }, bindingVersion: '0.2.0' } }),
  };
}

function overSns() {
  const ordering = { type: 'standard' };
  return {
    servers: [ref('servers/aws-sns'), ref('servers/local-sns')],
    bindingsOf: (name: string) => ({ sns: { name, ordering, bindingVersion: '0.1.0' } }),
  };
}

function channelOf(name: Channel): Json {
  const { description, servers, bindingsOf } = CHANNELS[name];
  const address = deployedName('stage', name).replace('stage', '{stage}');
  return {
    address,
    description,
    servers,
    messages: Object.fromEntries(
      namesOn(name).map((one) => [one, ref(`components/messages/${one}`)]),
    ),
    parameters: { stage: { description: 'The stage, such as dev.', default: 'prod' } },
    bindings: bindingsOf(address),
  };
}

interface Operation {
  readonly summary: string;
  /** The names of its messages, where they are not all of the channel's. */
  readonly of?: readonly string[];
  /** The names of the messages that answer it, on the queue of results. */
  readonly answeredBy?: readonly string[];
}

function operation(action: 'send' | 'receive', on: Channel, what: Operation): Json {
  const { summary, of = namesOn(on), answeredBy } = what;
  const onChannel = (channel: Channel, names: readonly string[]) => ({
    channel: ref(`channels/${channel}`),
    messages: names.map((name) => ref(`channels/${channel}/messages/${name}`)),
  });
  return {
    action,
    summary,
    ...onChannel(on, of),
    ...(answeredBy && { reply: onChannel('bank-call-results', answeredBy) }),
  };
}

function namesOn(channel: Channel): readonly string[] {
  return CONTRACTS.filter((one) => one.channel === channel).map(({ name }) => name);
}

/** What ties a call that was made to the request for it. */
const CORRELATIONS: Readonly<Record<string, string>> = {
  'bank-call.requested': '$message.payload#/id',
  'bank-call.completed': '$message.payload#/data/requestId',
};

function messageOf(contract: Contract): Json {
  const { name, channel, summary } = contract;
  const payload = payloadOf(contract);
  const example = exampleOf(name);
  const location = CORRELATIONS[name];
  const hasAttributes = channel === 're-consent' || channel === 'consent-notices';
  return {
    name: typeOf(name),
    title: name,
    summary,
    ...(location && { correlationId: { location } }),
    ...(hasAttributes && { headers: attributesSchema(name, payload) }),
    payload,
    examples: [
      { ...(hasAttributes && { headers: attributesOf(name, example) }), payload: example },
    ],
  };
}

/** The message attributes, by which subscriptions filter. */
function attributesSchema(name: string, payload: Schema): Schema {
  return {
    type: 'object',
    properties: {
      type: { type: 'string', const: name, description: 'The type without prefix and version.' },
      reason: at(payload, 'data', 'reason'),
      provider: at(payload, 'data', 'provider'),
      bankId: at(payload, 'data', 'bank', 'id'),
    },
    required: ['type', 'reason'],
  };
}

function attributesOf(type: string, { data }: Example): Json {
  const { reason, provider, bank } = data;
  const bankId = bank?.id;
  return { type, reason, ...(provider && { provider }), ...(bankId && { bankId }) };
}

/** Throws the field that the schema does not have. */
function at(schema: Schema, ...path: readonly string[]): Schema {
  return path.reduce((outer, name) => {
    const inner = outer.properties?.[name];
    if (typeof inner === 'object') return inner;
    throw new Error(`"${name}" of "${path.join('.')}" is not in the schema; expected a field`);
  }, schema);
}

function ref(path: string): Json {
  return { $ref: `#/${path}` };
}
