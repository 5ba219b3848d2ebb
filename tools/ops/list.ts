/**
 * `list`: the consents of a status or a bank. It reads the whole table, page by page, and prints as
 * it reads; tokens are not among the attributes that it asks for.
 */
import { type AttributeValue, paginateScan, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { STATUSES, type Status } from '../../shared/consent/consent.ts';
import { bank, optionalInstant, provider } from '../../shared/store/item-fields.ts';
import { TABLE } from '../local/resources.ts';
import { progressOf } from './progress.ts';
import type { ExitCode, World } from './world.ts';

/** Items of a page, of which a consent has up to three. */
const PAGE_ITEMS = 1_000;

const LISTED = z.object({
  consentId: z.string(),
  /** By which the log names it. */
  ref: z.string(),
  status: z.enum(STATUSES),
  generation: z.number(),
  version: z.number(),
  provider: z.exactOptional(provider),
  bank,
  grantedAt: optionalInstant,
  lastSuccessAt: optionalInstant,
  end: z.exactOptional(z.object({ at: z.number(), by: z.string() })),
  held: z.exactOptional(z.object({ until: z.number() })),
  timer: z.exactOptional(z.object({ dueAt: z.number() })),
});

type Listed = z.output<typeof LISTED>;

export interface ListOptions {
  readonly status?: Status;
  readonly bank?: string;
}

/** 1 if some cannot be read. Safe to repeat: it writes nothing. Throws what DynamoDB refused. */
export async function list(options: ListOptions, world: World): Promise<ExitCode> {
  const { clients, target, answer, tell } = world;
  const progress = progressOf('items read', world);
  let found = 0;
  let unread = 0;
  const pages = paginateScan(
    { client: clients.dynamo },
    { TableName: target.named(TABLE), Limit: PAGE_ITEMS, ...asked(options) },
  );
  for await (const { Items = [], ScannedCount = 0 } of pages) {
    for (const item of Items) {
      const read = LISTED.safeParse(unmarshall(item));
      if (!read.success) {
        unread += 1;
        tell(`item ${JSON.stringify(item.pk?.S)} is not read; expected what this version writes`);
        continue;
      }
      found += 1;
      answer(shown(read.data), () => lineOf(read.data));
    }
    progress.add(ScannedCount);
  }
  progress.end(found);
  return unread === 0 ? 0 : 1;
}

/** What is asked of the scan. A bank without an id is known by its provider, as in notices. */
function asked({ status, bank: bankId }: ListOptions): Partial<ScanCommandInput> {
  const attributes = ['pk', ...Object.keys(LISTED.def.shape)];
  const conditions = ['#sk = :state'];
  const names: Record<string, string> = { '#sk': 'sk' };
  const values: Record<string, AttributeValue> = { ':state': { S: 'STATE' } };
  for (const name of attributes) names[`#${name}`] = name;
  if (status !== undefined) {
    conditions.push('#status = :status');
    values[':status'] = { S: status };
  }
  if (bankId !== undefined) {
    names['#id'] = 'id';
    conditions.push(
      '(#bank.#id = :bank OR (attribute_not_exists(#bank.#id) AND #provider = :bank))',
    );
    values[':bank'] = { S: bankId };
  }
  return {
    FilterExpression: conditions.join(' AND '),
    ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

function shown({ grantedAt, lastSuccessAt, end, held, timer, ...rest }: Listed): object {
  return {
    ...rest,
    ...(grantedAt !== undefined && { grantedAt: iso(grantedAt) }),
    ...(lastSuccessAt !== undefined && { lastSuccessAt: iso(lastSuccessAt) }),
    ...(end && { end: { at: iso(end.at), by: end.by } }),
    ...(held && { heldUntil: iso(held.until) }),
    ...(timer && { timerAt: iso(timer.dueAt) }),
  };
}

function lineOf({ consentId, status, provider: from, bank: at, ...rest }: Listed): string {
  const { generation, lastSuccessAt, end, held, timer } = rest;
  return [
    consentId,
    status,
    at.id ?? from ?? 'no bank',
    `generation ${generation}`,
    ...(lastSuccessAt === undefined ? [] : [`last success ${iso(lastSuccessAt)}`]),
    ...(end === undefined ? [] : [`ended ${iso(end.at)} by ${end.by}`]),
    ...(held === undefined ? [] : [`end held until ${iso(held.until)}`]),
    ...(timer === undefined ? [] : [`timer ${iso(timer.dueAt)}`]),
  ].join('\t');
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
