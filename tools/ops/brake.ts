/**
 * `hold` and `release`: what a person decides for a bank of which too many consents would end. The
 * bank's own decision is written first, so that ends which come meanwhile go the same way; then
 * each consent whose end is held is told. Repeating it is safe, and finds whoever was missed.
 */
import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetQueueUrlCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import type { BankDecision } from '../../shared/consent/brake.ts';
import type { EndingDecision } from '../../shared/consent/event.ts';
import { HOUR, type Instant } from '../../shared/consent/instant.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { messageGroupOf } from '../../shared/effects/message-group.ts';
import { textOf } from '../../shared/messages/cloud-event.ts';
import { endingDecidedMessage } from '../../shared/messages/ending-decided.ts';
import { decideForBank } from '../../shared/store/bank-decision.ts';
import { TABLE } from '../local/resources.ts';

/** Items of a page; a consent has up to three, a bank a few. */
const PAGE_ITEMS = 1_000;
/** What SQS takes at once. */
const BATCH_MAX = 10;
const RESULTS_QUEUE = 'bank-call-results';
const RELEASED_HOURS = 24;
/** No provider has a value of its own for it. */
const HELD_HOURS: number = POLICIES['klarna-consent'].brakeHoldHours;

export interface BrakeOptions {
  /** The bank's id; without one its consents have their provider's name. */
  readonly bank: string;
  readonly apply: boolean;
}

/** What the command gives to its verbs, as far as these two need it. */
export interface BrakeWorld {
  readonly target: { readonly named: (name: string) => string };
  readonly clients: { readonly dynamo: DynamoDBClient; readonly sqs: SQSClient };
  readonly now: Instant;
  readonly answer: (value: object, text: () => string) => void;
}

const HELD = z.object({
  consentId: z.string(),
  ref: z.string(),
  generation: z.number(),
  held: z.object({ since: z.number(), until: z.number() }),
});

type Held = z.output<typeof HELD>;

/** Holds all ends of the bank for 72 hours, those that are held already for as long again. */
export async function hold(options: BrakeOptions, world: BrakeWorld): Promise<0> {
  const until = world.now + HELD_HOURS * HOUR;
  const decided = { decision: 'hold', bankDecision: { heldUntil: until }, until } as const;
  return decide(decided, options, world);
}

/** Ends what is held, and lets the bank's ends of the next 24 hours go through. */
export async function release(options: BrakeOptions, world: BrakeWorld): Promise<0> {
  const until = world.now + RELEASED_HOURS * HOUR;
  const decided = { decision: 'release', bankDecision: { releasedUntil: until }, until } as const;
  return decide(decided, options, world);
}

interface Decided {
  readonly decision: EndingDecision;
  readonly bankDecision: BankDecision;
  readonly until: Instant;
}

/** Throws what AWS refused; a consent that was not told then is held as it was. */
async function decide(
  { decision, bankDecision, until }: Decided,
  { bank, apply }: BrakeOptions,
  world: BrakeWorld,
): Promise<0> {
  const { clients, target, answer } = world;
  const table = target.named(TABLE);
  if (apply) await decideForBank(clients.dynamo, table, bank, bankDecision);

  let told = 0;
  let endsFirst: Instant | undefined;
  for await (const found of heldOf(bank, table, clients.dynamo)) {
    if (apply) await tell(found, { decision, bank }, world);
    told += found.length;
    endsFirst = Math.min(...found.map(({ held }) => held.until), endsFirst ?? Infinity);
  }
  const shown = {
    bank,
    decision,
    applied: apply,
    held: told,
    until: iso(until),
    ...(endsFirst !== undefined && { endsFirst: iso(endsFirst) }),
  };
  answer(shown, () => textFor(shown));
  return 0;
}

interface Shown {
  readonly bank: string;
  readonly decision: EndingDecision;
  readonly applied: boolean;
  readonly held: number;
  readonly until: string;
  readonly endsFirst?: string;
}

function textFor({ bank, decision, applied, held, until, endsFirst }: Shown): string {
  const meaning =
    decision === 'release'
      ? `they end now and their PSUs are asked; until ${until} further ends go through`
      : `they are held until ${until}, and so is whatever else would end until then`;
  const first = endsFirst === undefined ? '' : `, the first until ${endsFirst}`;
  const subject = `ends of bank ${JSON.stringify(bank)}`;
  if (applied) return `${held} held ${subject} were told to ${decision}: ${meaning}`;
  return `${held} ${subject} are held${first}; with --apply ${meaning}`;
}

/** Page by page; a consistent read, so that nobody is missed who was held before it. */
async function* heldOf(
  bank: string,
  TableName: string,
  client: DynamoDBClient,
): AsyncGenerator<readonly Held[]> {
  const names = ['sk', 'bank', 'id', 'provider', ...Object.keys(HELD.def.shape)];
  const pages = paginateScan(
    { client },
    {
      TableName,
      Limit: PAGE_ITEMS,
      ConsistentRead: true,
      FilterExpression:
        '#sk = :state AND attribute_exists(#held) AND ' +
        '(#bank.#id = :bank OR (attribute_not_exists(#bank.#id) AND #provider = :bank))',
      ProjectionExpression: Object.keys(HELD.def.shape)
        .map((name) => `#${name}`)
        .join(', '),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: { ':state': { S: 'STATE' }, ':bank': { S: bank } },
    },
  );
  for await (const { Items = [] } of pages) {
    if (Items.length > 0) yield Items.map((item) => HELD.parse(unmarshall(item)));
  }
}

async function tell(
  found: readonly Held[],
  { decision, bank }: { readonly decision: EndingDecision; readonly bank: string },
  { clients, target, now }: BrakeWorld,
): Promise<void> {
  const QueueName = target.named(RESULTS_QUEUE);
  const { QueueUrl = '' } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
  for (let from = 0; from < found.length; from += BATCH_MAX) {
    const Entries = found.slice(from, from + BATCH_MAX).map((one, index) => ({
      Id: `m${index}`,
      MessageGroupId: messageGroupOf(bank),
      MessageBody: messageFor(one, decision, now),
    }));
    const { Failed = [] } = await clients.sqs.send(
      new SendMessageBatchCommand({ QueueUrl, Entries }),
    );
    const [refused] = Failed;
    if (refused !== undefined) {
      throw new Error(`SQS refused ${Failed.length} messages: ${refused.Code}; run it again`);
    }
  }
}

function messageFor(
  { consentId, ref, generation }: Held,
  decision: EndingDecision,
  now: Instant,
): string {
  const id = `${ref}.g${generation}.${decision}.${now}`;
  return textOf(endingDecidedMessage({ id, consentId, at: now }, decision));
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
