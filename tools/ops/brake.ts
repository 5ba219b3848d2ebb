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
import { decidedForBank, decideForBank } from '../../shared/store/bank-decision.ts';
import { TABLE } from '../local/resources.ts';
import { progressOf } from './progress.ts';
import type { ExitCode } from './world.ts';

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
  readonly tell: (line: string) => void;
}

const OF_BANK = z.object({
  consentId: z.string(),
  ref: z.string(),
  generation: z.number(),
  held: z.exactOptional(z.object({ since: z.number(), until: z.number() })),
});

type OfBank = z.output<typeof OF_BANK>;
type Held = OfBank & Required<Pick<OfBank, 'held'>>;

/** Holds all ends of the bank for 72 hours, those that are held already for as long again. */
export async function hold(options: BrakeOptions, world: BrakeWorld): Promise<ExitCode> {
  const until = world.now + HELD_HOURS * HOUR;
  const decided = { decision: 'hold', bankDecision: { heldUntil: until }, until } as const;
  return decide(decided, options, world);
}

/** Ends what is held, and lets the bank's ends of the next 24 hours go through. */
export async function release(options: BrakeOptions, world: BrakeWorld): Promise<ExitCode> {
  const until = world.now + RELEASED_HOURS * HOUR;
  const decided = { decision: 'release', bankDecision: { releasedUntil: until }, until } as const;
  return decide(decided, options, world);
}

interface Decided {
  readonly decision: EndingDecision;
  readonly bankDecision: BankDecision;
  readonly until: Instant;
}

/**
 * 1 if the bank has no consents, or one that cannot be read. Throws what AWS refused; a consent
 * that was not told then is held as it was.
 */
async function decide(
  { decision, bankDecision, until }: Decided,
  { bank, apply }: BrakeOptions,
  world: BrakeWorld,
): Promise<ExitCode> {
  const { clients, target, now, answer } = world;
  const table = target.named(TABLE);
  const stands = apply ? {} : await decidedForBank(clients.dynamo, table, bank);
  if (apply) await decideForBank(clients.dynamo, table, bank, bankDecision);

  const progress = progressOf('items read', world);
  const seen = { consents: 0, held: 0, unread: 0, endsFirst: Infinity };
  for await (const { found, unread, read } of pagesOf(bank, table, clients.dynamo)) {
    const held = found.filter((one): one is Held => one.held !== undefined);
    if (apply) await tell(held, { decision, bank }, world);
    for (const pk of unread) world.tell(`item ${JSON.stringify(pk)} is not read; run \`show\``);
    seen.consents += found.length;
    seen.unread += unread.length;
    seen.held += held.length;
    seen.endsFirst = Math.min(...held.map((one) => one.held.until), seen.endsFirst);
    progress.add(read);
  }
  progress.end(seen.consents);
  const shown = {
    bank,
    decision,
    applied: apply,
    consents: seen.consents,
    held: seen.held,
    until: iso(until),
    ...(seen.held > 0 && { endsFirst: iso(seen.endsFirst) }),
    ...inForce(stands, now),
  };
  answer(shown, () => textFor(shown));
  if (seen.consents > 0) return seen.unread === 0 ? 0 : 1;
  world.tell(`no consent of bank ${JSON.stringify(bank)} is stored; see the names in ops list`);
  return 1;
}

/** What somebody has decided for the bank before, as long as it is not over. */
function inForce({ heldUntil = 0, releasedUntil = 0 }: BankDecision, now: Instant) {
  return {
    ...(heldUntil > now && { heldByOperator: iso(heldUntil) }),
    ...(releasedUntil > now && { releasedByOperator: iso(releasedUntil) }),
  };
}

interface Shown {
  readonly bank: string;
  readonly decision: EndingDecision;
  readonly applied: boolean;
  readonly held: number;
  readonly until: string;
  readonly endsFirst?: string;
  readonly heldByOperator?: string;
  readonly releasedByOperator?: string;
}

function textFor({ bank, decision, applied, held, until, endsFirst, ...before }: Shown): string {
  const meaning =
    decision === 'release'
      ? `they end now and their PSUs are asked; until ${until} further ends go through`
      : `they are held until ${until}, and so is whatever else would end until then`;
  const first = endsFirst === undefined ? '' : `, the first until ${endsFirst}`;
  const subject = `ends of bank ${JSON.stringify(bank)}`;
  if (applied) return `${held} held ${subject} were told to ${decision}: ${meaning}`;
  return `${held} ${subject} are held${first}${standsText(before)}; with --apply ${meaning}`;
}

function standsText({
  heldByOperator: held,
  releasedByOperator: released,
}: Pick<Shown, 'heldByOperator' | 'releasedByOperator'>): string {
  if (held !== undefined) return `; an operator has all further ones held until ${held}`;
  return released === undefined ? '' : `; an operator lets further ones through until ${released}`;
}

interface Page {
  readonly found: readonly OfBank[];
  /** Partition keys of items that this version cannot read. */
  readonly unread: readonly (string | undefined)[];
  readonly read: number;
}

/** The bank's consents; a consistent read, so that nobody is missed who was held before it. */
async function* pagesOf(
  bank: string,
  TableName: string,
  client: DynamoDBClient,
): AsyncGenerator<Page> {
  const asked = ['pk', ...Object.keys(OF_BANK.def.shape)];
  const names = ['sk', 'bank', 'id', 'provider', ...asked];
  const pages = paginateScan(
    { client },
    {
      TableName,
      Limit: PAGE_ITEMS,
      ConsistentRead: true,
      FilterExpression:
        '#sk = :state AND ' +
        '(#bank.#id = :bank OR (attribute_not_exists(#bank.#id) AND #provider = :bank))',
      ProjectionExpression: asked.map((name) => `#${name}`).join(', '),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: { ':state': { S: 'STATE' }, ':bank': { S: bank } },
    },
  );
  for await (const { Items = [], ScannedCount = 0 } of pages) {
    const items = Items.map((item) => ({ pk: item.pk?.S, ...OF_BANK.safeParse(unmarshall(item)) }));
    yield {
      found: items.flatMap(({ data }) => data ?? []),
      unread: items.filter(({ success }) => !success).map(({ pk }) => pk),
      read: ScannedCount,
    };
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
  { consentId, ref, generation, held }: Held,
  decision: EndingDecision,
  now: Instant,
): string {
  const id = `${ref}.g${generation}.${decision}.${now}`;
  // It is decided of what has been seen held, also by somebody whose clock is behind.
  return textOf(endingDecidedMessage({ id, consentId, at: Math.max(now, held.since) }, decision));
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
