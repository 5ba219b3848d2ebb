/**
 * Measures on the wire what the functions take of AWS, the sweep apart. DynamoDB's emulator says
 * how many units of the table each call takes; what a write takes of the index is told from the
 * item's keys before and after it.
 */
import { type Answer, type AwsRequest, SERVICES, type Service } from '../local/aws-request.ts';
import type { Services } from '../local/gateway.ts';
import { ACCESS_KEY_IDS } from '../local/resources.ts';

export interface Taken {
  /** Invocations of the two functions that queues feed, a message each. */
  readonly results: number;
  readonly timers: number;
  /** E.g. `{ 'dynamodb:PutItem': 1 }`. */
  readonly calls: Readonly<Record<string, number>>;
  readonly writeUnits: number;
  readonly readUnits: number;
}

export interface Meter {
  readonly between: (services: Services) => Services;
  /** What was taken since this was last asked. */
  readonly read: () => Taken;
}

export function createMeter(): Meter {
  let calls = new Map<string, number>();
  let units = { write: 0, read: 0 };
  const count = (name: string) => calls.set(name, (calls.get(name) ?? 0) + 1);

  const passing =
    (service: Service, services: Services) => async (request: AwsRequest, action: string) => {
      const by = feeding(request);
      if (by === undefined) return services[service](request, action);

      count(`${service}:${action}`);
      // Every invocation begins with one for consents; the brake makes them for counts.
      if (action === 'BatchGetItem' && request.body.includes('"STATE"')) count(by);
      if (service !== 'dynamodb') return services[service](request, action);

      const answer = await services.dynamodb(asking(request, action), action);
      const taken = unitsOf(request, action, answer);
      units = { ...units, [taken.kind]: units[taken.kind] + taken.units };
      return answer;
    };

  return {
    between: (services) =>
      Object.fromEntries(SERVICES.map((name) => [name, passing(name, services)])) as Services,
    read: () => {
      const {
        'bank-call-results': results = 0,
        'due-timers': timers = 0,
        ...rest
      } = Object.fromEntries([...calls].toSorted());
      const taken = {
        results,
        timers,
        calls: rest,
        writeUnits: units.write,
        readUnits: units.read,
      };
      calls = new Map();
      units = { write: 0, read: 0 };
      return taken;
    },
  };
}

/** Which of the functions that queues feed has made the call, if any. */
function feeding({ headers }: AwsRequest): 'bank-call-results' | 'due-timers' | undefined {
  const signed = headers.authorization ?? '';
  return (['bank-call-results', 'due-timers'] as const).find((name) =>
    signed.includes(`Credential=${ACCESS_KEY_IDS[name]}/`),
  );
}

interface Keys {
  readonly owedIn?: { readonly S: string };
  readonly owedAt?: { readonly N: string };
}

interface Asked {
  readonly Item?: Keys;
}

interface Answered {
  /** The item before the write. */
  readonly Attributes?: Keys;
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
}

interface Capacity {
  readonly CapacityUnits: number;
}

/** The same request, which also asks what it takes. */
function asking(request: AwsRequest, action: string): AwsRequest {
  const asked: Asked = JSON.parse(request.body);
  const more = { ReturnConsumedCapacity: 'TOTAL' };
  const before = action === 'PutItem' ? { ReturnValues: 'ALL_OLD' } : {};
  return { ...request, body: JSON.stringify({ ...asked, ...more, ...before }) };
}

function unitsOf(request: AwsRequest, action: string, { status, body }: Answer) {
  // A refused write takes units too, and is not told how many.
  if (status !== 200) throw new Error(`${action} was refused in the middle of measuring: ${body}`);

  const asked: Asked = JSON.parse(request.body);
  const answered: Answered = JSON.parse(body);
  const ofTable = [answered.ConsumedCapacity ?? []].flat();
  const units = ofTable.reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
  if (action.endsWith('GetItem')) return { kind: 'read', units } as const;
  return { kind: 'write', units: units + indexUnits(answered.Attributes, asked.Item) } as const;
}

/** The index holds keys only: an entry that goes takes a unit, and so does one that comes. */
function indexUnits(before: Keys = {}, after: Keys = {}): number {
  if (before.owedIn?.S === after.owedIn?.S && before.owedAt?.N === after.owedAt?.N) return 0;
  return Number(before.owedIn !== undefined) + Number(after.owedIn !== undefined);
}
