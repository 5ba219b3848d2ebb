/**
 * As much of DynamoDB's expressions as ships: conditions of comparisons and of attributes that are
 * there or not, with AND, OR and parentheses, and updates that set, append, remove and count.
 * Whatever it meets beside these it throws at, so that a new kind of expression is never taken for
 * one that holds.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../shared/store/consent-item.ts';

/** What the expression's `#names` and `:values` stand for. */
export interface Wording {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>> | undefined;
}

type Condition = (item: Item, wording: Wording) => boolean;

const TOKENS = /[()]|[<>=]+|[\w#:.]+/g;
const UPDATE = /^SET (.+?)(?: REMOVE (.+?))?(?: ADD ([\w#]+ :\w+))?$/;
/** Those between assignments, and not those between a function's arguments. */
const COMMAS = /, (?=[\w#.]+ = )/;
const APPENDED = /^list_append\(if_not_exists\(([\w#]+), (:\w+)\), (:\w+)\)$/;

/** The few that there are, read once each. */
const known = new Map<string, Condition>();

/** Whether the condition holds of the item, which is empty where there is none. */
export function holds(text: string, item: Item, wording: Wording): boolean {
  const condition = known.get(text) ?? conditionOf(text);
  known.set(text, condition);
  return condition(item, wording);
}

/** The item as the update leaves it; the one handed in stays as it was. */
export function updated(text: string, item: Item, wording: Wording): Item {
  const [, sets, removes, adds] = UPDATE.exec(text) ?? [];
  if (sets === undefined) throw unknown(text);
  const set = sets.split(COMMAS).map((one): [string, AttributeValue] => {
    const [path = '', value = ''] = one.split(' = ');
    return [nameOf(path, wording), setTo(value, item, wording)];
  });
  if (adds !== undefined) set.push(added(adds, item, wording));
  const next: Record<string, AttributeValue> = { ...item };
  for (const [name, value] of set) next[name] = value;
  for (const path of removes?.split(', ') ?? []) delete next[nameOf(path, wording)];
  return next;
}

/** What an attribute is set to: a value, another attribute's, or a list made longer. */
function setTo(text: string, item: Item, wording: Wording): AttributeValue {
  const [, path, otherwise, more] = APPENDED.exec(text) ?? [];
  if (path === undefined || otherwise === undefined || more === undefined) {
    return text.startsWith(':') ? meantBy(text, wording) : copied(text, item, wording);
  }
  const list = read(item, path, wording) ?? meantBy(otherwise, wording);
  return { L: [...(list.L ?? []), ...(meantBy(more, wording).L ?? [])] };
}

/** An attribute and its number made larger; one that is not there counts from nothing. */
function added(text: string, item: Item, wording: Wording): [string, AttributeValue] {
  const [path = '', value = ''] = text.split(' ');
  const [counted, more] = [read(item, path, wording) ?? { N: '0' }, meantBy(value, wording)];
  if (counted.N === undefined || more.N === undefined) throw unknown(text);
  return [nameOf(path, wording), { N: String(Number(counted.N) + Number(more.N)) }];
}

/** What stood in an attribute before the update. */
function copied(path: string, item: Item, wording: Wording): AttributeValue {
  const value = read(item, path, wording);
  if (value === undefined) throw unknown(path);
  return value;
}

function conditionOf(text: string): Condition {
  const tokens = text.match(TOKENS) ?? [];
  const condition = anyOf(tokens);
  if (tokens.length > 0) throw unknown(text);
  return condition;
}

function anyOf(tokens: string[]): Condition {
  const conditions = [allOf(tokens)];
  while (isNext(tokens, 'OR')) conditions.push(allOf(tokens));
  return (...of) => conditions.some((condition) => condition(...of));
}

function allOf(tokens: string[]): Condition {
  const conditions = [oneOf(tokens)];
  while (isNext(tokens, 'AND')) conditions.push(oneOf(tokens));
  return (...of) => conditions.every((condition) => condition(...of));
}

function oneOf(tokens: string[]): Condition {
  const [word = '', operator = '', operand = ''] = tokens;
  if (isNext(tokens, '(')) {
    const inner = anyOf(tokens);
    if (!isNext(tokens, ')')) throw unknown(tokens.join(' '));
    return inner;
  }
  if (word === 'attribute_exists' || word === 'attribute_not_exists') {
    const isWanted = word === 'attribute_exists';
    tokens.splice(0, 4);
    return (item, wording) => (read(item, operand, wording) !== undefined) === isWanted;
  }
  if (!['=', '<', '<='].includes(operator)) throw unknown(tokens.join(' '));
  tokens.splice(0, 3);
  return (item, wording) =>
    compares(read(item, word, wording), operator, meantBy(operand, wording));
}

function isNext(tokens: string[], token: string): boolean {
  if (tokens[0] !== token) return false;
  tokens.shift();
  return true;
}

/** Nothing compares with an attribute that is not there, or of another type. */
function compares(left: AttributeValue | undefined, operator: string, right: AttributeValue) {
  if (left === undefined) return false;
  if (operator === '=' && right.S !== undefined) return left.S === right.S;
  if (left.N === undefined || right.N === undefined) return false;
  const [a, b] = [Number(left.N), Number(right.N)];
  if (operator === '=') return a === b;
  return operator === '<' ? a < b : a <= b;
}

function read(item: Item, path: string, wording: Wording): AttributeValue | undefined {
  const [first = '', ...rest] = path.split('.').map((part) => nameOf(part, wording));
  return rest.reduce<AttributeValue | undefined>((value, name) => value?.M?.[name], item[first]);
}

/** The attribute that a `#name` stands for. */
export function nameOf(part: string, { ExpressionAttributeNames: names = {} }: Wording): string {
  return names[part] ?? part;
}

function meantBy(token: string, { ExpressionAttributeValues: values = {} }: Wording) {
  const value = values[token];
  if (value === undefined) throw unknown(token);
  return value;
}

function unknown(text: string): Error {
  return new Error(`the simulated table does not understand ${JSON.stringify(text)}`);
}
