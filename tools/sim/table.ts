/**
 * The table at the level of its items: conditional puts, consistent reads and the sparse index, for
 * the shipped DynamoDB store to work on. Whatever is put is read back through the store's own
 * schema at once, so an item that could not be read later stops the run here.
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
} from '@aws-sdk/client-dynamodb';
import type { Held } from '../../shared/lifecycle/ports.ts';
import { fromItem, type Item } from '../../shared/store/consent-item.ts';

export const TABLE_NAME = 'consents';

interface Row {
  readonly item: Item;
  readonly held: Held;
}

export class Table {
  /** Called with what stood there and what stands there now. */
  onPut: (before: Held | undefined, after: Held) => void = () => {};
  readonly #rows = new Map<string, Row>();

  held(consentId: string): Held | undefined {
    return this.#rows.get(`CONSENT#${consentId}`)?.held;
  }

  all(): readonly Held[] {
    return [...this.#rows.values()].map(({ held }) => held);
  }

  /** What the table says to it; nothing for a command that is not the store's. */
  answer(command: object): object | undefined {
    if (command instanceof BatchGetItemCommand) return this.#batchGet(command.input);
    if (command instanceof PutItemCommand) return this.#put(command.input);
    if (command instanceof GetItemCommand) return this.#get(command.input.Key);
    if (command instanceof QueryCommand) return this.#query(command.input);
    return undefined;
  }

  #get(key: Item | undefined): { readonly Item?: Item } {
    const row = this.#rows.get(key?.pk?.S ?? '');
    return row === undefined ? {} : { Item: row.item };
  }

  #batchGet({ RequestItems }: BatchGetItemCommandInput) {
    const keys = RequestItems?.[TABLE_NAME]?.Keys ?? [];
    const items = keys.map((key) => this.#get(key).Item);
    return { Responses: { [TABLE_NAME]: items.filter((item) => item !== undefined) } };
  }

  /** Throws where the condition is not met, as DynamoDB does. */
  #put({ Item: item = {}, ExpressionAttributeValues: values }: PutItemCommandInput) {
    const partition = item.pk?.S ?? '';
    const before = this.#rows.get(partition);
    if (before?.item.revision?.S !== values?.[':read']?.S) {
      throw new ConditionalCheckFailedException({ message: partition, $metadata: {} });
    }
    const held = fromItem(item);
    this.#rows.set(partition, { item, held });
    this.onPut(before?.held, held);
    return {};
  }

  #query({ ExpressionAttributeValues: values, Limit = Infinity }: QueryCommandInput) {
    const [partition, before] = [values?.[':partition']?.S, Number(values?.[':before']?.N)];
    const owed = [...this.#rows.values()]
      .map(({ item }) => item)
      .filter(({ owedIn, owedAt }) => owedIn?.S === partition && Number(owedAt?.N) < before)
      .sort((a, b) => Number(a.owedAt?.N) - Number(b.owedAt?.N));
    return { Items: owed.slice(0, Limit).map(({ pk, owedAt }) => ({ pk, owedAt })) };
  }
}
