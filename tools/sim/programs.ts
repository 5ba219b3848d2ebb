/**
 * The owner's programs that call banks through the client library, as its page tells them to. Each
 * of their own calls to AWS may fail as a worker's may, and end the program: then its turn stands
 * until its time is up, and a token that nobody had written down is lost.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { type Caller, createCaller, UnreportedResult } from '../../shared/caller/caller.ts';
import type { Call, RawResponse } from '../../shared/consent/finding.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../shared/consent/instant.ts';
import { keyOf } from '../../shared/intake/names.ts';
import { type Aws, clientsOf, type Run } from './aws.ts';
import { tokenNumber } from './bank.ts';
import { bankFor, callBank, type Town } from './bank-calls.ts';
import { TABLE_NAME } from './table.ts';

const ANSWERS_MS = 3 * SECOND;
/** Longer than a turn lasts. */
const ANSWERS_LATE_MS = 5 * MINUTE;
const REPORT_LATE_MAX_MS = 5 * HOUR;
const KEPT_MS = 10 * MINUTE;
const CLOCK_FAR_OFF_DAYS = [-3, -1, 2];

/** One run of a program: the call that it makes, as far as it has come. */
interface Attempt {
  readonly consentId: string;
  readonly call: Call;
  readonly run: Run;
  readonly caller: Caller;
  readonly time: () => Instant;
  /** Of its report. */
  reportId?: string;
  isBegun?: true;
  /** The number of the token in the bank's answer; 0 for none. */
  answered?: number;
}

export class Programs {
  readonly #town: Town;
  readonly #aws: Aws;
  readonly #clocks: Readonly<Record<string, number>>;
  #runs = 0;
  #ids = 0;

  /** `clocks`: by how many milliseconds each program's clock is off. */
  constructor(town: Town, aws: Aws, clocks: Readonly<Record<string, number>>) {
    this.#town = town;
    // Reports and turns are where tokens may be.
    this.#aws = { ...aws, onSend: () => {}, onText: () => {} };
    this.#clocks = clocks;
  }

  /**
   * One call for a consent, if the library lets it begin; false where there is nothing to be had
   * any more. Never ends where the program dies.
   */
  async call(by: string, consentId: string, call: Call): Promise<boolean> {
    const { world } = this.#town;
    const attempt = this.#attempt(by, consentId, call);
    try {
      const outcome = await attempt.caller.withConsent(consentId, call, (token) =>
        this.#make(attempt, token),
      );
      if (outcome.outcome === 'answered') return true;
      world.count(`refused: ${outcome.reason}`);
      return outcome.reason !== 'ended';
    } catch (error) {
      this.#failed(attempt, error);
      return true;
    }
  }

  /** Serves a request as the library's handler does; whether it is done. */
  async serve(body: string): Promise<boolean> {
    const { subject, data } = JSON.parse(body);
    const attempt = this.#attempt('server', subject, data.call);
    const { lambda } = attempt.caller.consumeRequests(
      (_, token) => this.#make(attempt, token),
      (error) => this.#failed(attempt, error),
    );
    const record = { messageId: 'm', body, attributes: {} } as SQSRecord;
    const { batchItemFailures } = await lambda({ Records: [record] });
    if (attempt.answered === undefined) this.#town.watch.ends.missed(subject);
    return batchItemFailures.length === 0;
  }

  #attempt(by: string, consentId: string, call: Call): Attempt {
    const { world, results } = this.#town;
    this.#runs += 1;
    const run: Run = { name: `${by}#${this.#runs}`, dead: false };
    const far = world.happens('clock-off-by-days');
    const off = far ? world.random('clocks').pick(CLOCK_FAR_OFF_DAYS) * DAY : 0;
    const time = () => world.agenda.now + (this.#clocks[by] ?? 0);
    const { dynamo } = clientsOf(this.#aws, run, () => this.#died(attempt));
    const { send } = dynamo as unknown as { send: Send };
    const caller = createCaller(
      {
        dynamo: { send, config: { systemClockOffset: -off } } as unknown as DynamoDBClient,
        sqs: { send: this.#reporting(send) } as unknown as SQSClient,
        tableName: TABLE_NAME,
        bankCallResultsUrl: results.name,
        source: '/simulation',
      },
      {
        clock: () => time() + off,
        newId: () => {
          this.#ids += 1;
          const id = `${run.name}-${this.#ids}`;
          attempt.reportId ??= id;
          return id;
        },
        timeout: () => new AbortController().signal,
      },
    );
    const attempt: Attempt = { consentId, call, run, caller, time };
    return attempt;
  }

  /** The bank takes its time, sometimes more than the turn lasts. */
  async #make(attempt: Attempt, token: string | undefined): Promise<RawResponse> {
    const { world, watch } = this.#town;
    const { consentId, call, time, reportId = '' } = attempt;
    attempt.isBegun = true;
    watch.begun(reportId, consentId);
    const slow = world.happens('bank-slow');
    await world.pause(world.random('bank-time').within(50, slow ? ANSWERS_LATE_MS : ANSWERS_MS));
    const made = { consentId, call, token, reportId, time: time(), far: false };
    const response = callBank(made, this.#town);
    attempt.answered = response === null ? 0 : tokenNumber(tokenIn(response.body));
    if (response === null) throw new DOMException('no answer', 'TimeoutError');
    return response;
  }

  /** A report may be held up, or come out of it unreadable. */
  #reporting(send: Send): Send {
    const { world } = this.#town;
    return async (command) => {
      if (world.happens('report-late')) {
        await world.pause(world.random('reports').within(SECOND, REPORT_LATE_MAX_MS));
      }
      if (!(command instanceof SendMessageCommand) || !world.happens('report-broken')) {
        return send(command);
      }
      const told = JSON.parse(command.input.MessageBody ?? '');
      this.#town.watch.ends.missed(told.subject);
      const broken = { ...told, data: { ...told.data, call: 'broken' } };
      const MessageBody = JSON.stringify(broken);
      return send(new SendMessageCommand({ ...command.input, MessageBody }));
    };
  }

  #failed(attempt: Attempt, error: unknown): void {
    const { world, results } = this.#town;
    if (error instanceof UnreportedResult) {
      const body = error.unreported.reveal();
      world.agenda.after(KEPT_MS, () => results.send(body));
      world.count('report-kept');
    } else if (attempt.answered === undefined) this.#neverMade(attempt);
  }

  /** What it had begun and never ended counts against the day all the same. */
  #neverMade({ consentId, call, reportId = '', isBegun, time }: Attempt): void {
    const { world, table, watch } = this.#town;
    watch.ends.missed(consentId);
    const { lease } = table.held(consentId)?.consent ?? {};
    if (!isBegun && lease?.resultKey !== keyOf(reportId)) return;
    const [at, said, why] = [world.agenda.now, 'out', 'truth'] as const;
    const silence = { at, time: time(), token: 0, said, why, far: false };
    watch.reported({ id: reportId, consentId, call, ...silence });
    watch.unreported(reportId);
  }

  #died(attempt: Attempt): void {
    const { world, table, watch, bankOf } = this.#town;
    const { run, consentId, answered, reportId = '' } = attempt;
    if (run.dead) return;
    run.dead = true;
    world.log(`${run.name} dies`);
    if (answered === undefined) return this.#neverMade(attempt);
    const held = tokenNumber(table.held(consentId)?.consent.token?.secret.reveal());
    const mandate = bankFor(consentId, bankOf).mandate(consentId, world.agenda.now);
    if (answered > held) mandate.lostToken = answered;
    watch.unreported(reportId);
    watch.ends.missed(consentId);
  }
}

type Send = (command: { readonly input: object }) => Promise<unknown>;

/** Klarna puts a success's token into its data. */
export function tokenIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const data = Reflect.get(body, 'data');
  return typeof data === 'object' && data !== null ? Reflect.get(data, 'consent_token') : undefined;
}
