/**
 * The table at the level of its items: conditional writes, consistent reads and the sparse index,
 * for the shipped store, cache and history to work on. Whatever state is put is read back through
 * the store's own schema at once, so one that could not be read later stops the run here.
 */
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { BankDecision } from '../../shared/consent/brake.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import type { Held } from '../../shared/lifecycle/ports.ts';
import { decisionIn } from '../../shared/store/bank-items.ts';
import { consentIdOf, fromItem, type Item, partitionOf } from '../../shared/store/consent-item.ts';
import { holds, updated, type Wording } from './expressions.ts';
import { scanned } from './scan.ts';

export const TABLE_NAME = 'consents';

export class Table {
  /** Called with what stood there and what stands there now. */
  onPut: (before: Held | undefined, after: Held) => void = () => {};
  /** Called with what a person decided for a bank. */
  onDecided: (bankId: string, decision: BankDecision) => void = () => {};
  readonly #items = new Map<string, Item>();
  readonly #held = new Map<string, Held>();
  /** By its partitions, what is in the index, by key. */
  readonly #owed = new Map<string | undefined, Map<string, Item>>();

  held(consentId: string): Held | undefined {
    return this.#held.get(consentId);
  }

  all(): readonly Held[] {
    return [...this.#held.values()];
  }

  /** Whether the sweep would find something that has been owed since before then. */
  owes(before: Instant): boolean {
    return [...this.#owed.values()].some((items) =>
      [...items.values()].some(({ owedAt }) => Number(owedAt?.N) < before),
    );
  }

  /** What stands beside the state: `ACCOUNTS` or `HISTORY`. */
  item(consentId: string, sk: string): Item | undefined {
    return this.#items.get(`${partitionOf(consentId)} ${sk}`);
  }

  /** What the table says to it; nothing for a command that is not the table's. */
  answer(command: object): object | undefined {
    if (command instanceof BatchGetItemCommand) return this.#batchGet(command.input);
    if (command instanceof PutItemCommand) return this.#put(command.input);
    if (command instanceof UpdateItemCommand) return this.#update(command.input);
    if (command instanceof GetItemCommand) return this.#get(command.input.Key);
    if (command instanceof QueryCommand) return this.#query(command.input);
    if (command instanceof ScanCommand) return scanned([...this.#items.values()], command.input);
    return undefined;
  }

  #get(key: Item | undefined): { readonly Item?: Item } {
    const item = this.#items.get(keyOf(key));
    return item === undefined ? {} : { Item: item };
  }

  #batchGet({ RequestItems }: BatchGetItemCommandInput) {
    const keys = RequestItems?.[TABLE_NAME]?.Keys ?? [];
    const items = keys.map((key) => this.#get(key).Item);
    return { Responses: { [TABLE_NAME]: items.filter((item) => item !== undefined) } };
  }

  /** Throws where the condition is not met, as DynamoDB does. */
  #put({ Item: item = {}, ...asked }: PutItemCommandInput) {
    this.#check(item, asked);
    this.#write(item);
    return {};
  }

  /** Throws where the condition is not met, as DynamoDB does. */
  #update({ Key: key = {}, UpdateExpression: text = '', ...asked }: UpdateItemCommandInput) {
    const before = this.#check(key, asked);
    this.#write(updated(text, { ...key, ...before }, asked));
    return {};
  }

  #write(item: Item): void {
    if (item.sk?.S === 'STATE') {
      const consentId = consentIdOf(item.pk?.S ?? '');
      const [before, after] = [this.#held.get(consentId), fromItem(item)];
      this.#index(item);
      this.#items.set(keyOf(item), item);
      this.#held.set(consentId, after);
      this.onPut(before, after);
    } else this.#items.set(keyOf(item), item);
    if (item.sk?.S === 'BRAKE') {
      this.onDecided(item.pk?.S?.slice('BANK#'.length) ?? '', decisionIn(item));
    }
  }

  /** The item that stands there. */
  #check(key: Item, asked: Wording & { readonly ConditionExpression?: string | undefined }): Item {
    const item = this.#items.get(keyOf(key)) ?? {};
    const { ConditionExpression: condition } = asked;
    if (condition === undefined || holds(condition, item, asked)) return item;
    throw new ConditionalCheckFailedException({ message: keyOf(key), $metadata: {} });
  }

  #index(item: Item): void {
    const key = keyOf(item);
    this.#owed.get(this.#items.get(key)?.owedIn?.S)?.delete(key);
    const partition = item.owedIn?.S;
    if (partition === undefined) return;
    const known = this.#owed.get(partition) ?? new Map<string, Item>();
    this.#owed.set(partition, known.set(key, item));
  }

  #query({ ExpressionAttributeValues: values, Limit = Infinity }: QueryCommandInput) {
    const [partition, before] = [values?.[':partition']?.S, Number(values?.[':before']?.N)];
    const owed = [...(this.#owed.get(partition)?.values() ?? [])]
      .filter(({ owedAt }) => Number(owedAt?.N) < before)
      .sort((a, b) => Number(a.owedAt?.N) - Number(b.owedAt?.N));
    return { Items: owed.slice(0, Limit).map(({ pk, owedAt }) => ({ pk, owedAt })) };
  }
}

function keyOf(item: Item | undefined): string {
  return `${item?.pk?.S} ${item?.sk?.S}`;
}
