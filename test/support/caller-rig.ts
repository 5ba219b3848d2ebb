/**
 * A program that uses the client library against the local AWS: its clock is the story's, each AWS
 * call that it makes is counted, and a bank of three lines answers it.
 */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { BankResponse } from '../../shared/caller/answer.ts';
import { type Caller, type CallerOptions, createCaller } from '../../shared/caller/caller.ts';
import type { Surroundings } from '../../shared/caller/with-consent.ts';
import { queueUrl, type Resource, TABLE } from '../../tools/local/resources.ts';
import { granted } from './local-messages.ts';
import { type LocalStory, startLocalStory } from './local-story.ts';

export interface CallerRig {
  readonly story: LocalStory;
  /** Grants a consent an hour before noon, with this token. */
  readonly consentWith: (consentId: string, token?: string) => Promise<void>;
  readonly caller: Caller;
  /** Names of the commands that the program sent, since this was last asked. */
  readonly sent: () => readonly string[];
  /** Another program, with what is different about it. */
  readonly other: (
    options?: Partial<CallerOptions>,
    surroundings?: Partial<Surroundings>,
  ) => Caller;
  /** An SQS that nobody answers for. */
  readonly deafSqs: (config?: SQSClientConfig) => SQSClient;
  readonly dynamo: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly queueUrl: (name: Resource) => string;
  readonly stop: () => Promise<void>;
}

export async function startCallerRig(clockStart: string): Promise<CallerRig> {
  const story = await startLocalStory(clockStart);
  const { local } = story;
  let commands: string[] = [];
  const dynamo = new DynamoDBClient(local.client);
  const sqs = new SQSClient(local.client);
  dynamo.middlewareStack.add(
    (next, context) => (args) => {
      commands.push(String(context.commandName));
      return next(args);
    },
    { step: 'initialize' },
  );
  const urlOf = (name: Resource) => queueUrl(local.url, local.named(name));
  const options: CallerOptions = {
    dynamo,
    sqs,
    tableName: local.named(TABLE),
    bankCallResultsUrl: urlOf('bank-call-results'),
    source: '/jobs/sync',
  };
  const surroundings: Surroundings = {
    clock: () => local.clock.now(),
    newId: randomUUID,
    timeout: () => new AbortController().signal,
  };
  const other = (given: Partial<CallerOptions> = {}, around: Partial<Surroundings> = {}) =>
    createCaller({ ...options, ...given }, { ...surroundings, ...around });
  return {
    story,
    consentWith: (consentId, consentToken = 't0') =>
      story.send(granted(consentId, '2026-11-23T10:00:00Z', { consentToken })),
    caller: other(),
    sent: () => {
      const since = commands;
      commands = [];
      return since;
    },
    other,
    deafSqs: (config = {}) =>
      new SQSClient({
        ...local.client,
        maxAttempts: 1,
        endpoint: 'http://127.0.0.1:1',
        useQueueUrlAsEndpoint: false,
        ...config,
      }),
    dynamo,
    sqs,
    queueUrl: urlOf,
    stop: async () => {
      dynamo.destroy();
      sqs.destroy();
      await story.stop();
    },
  };
}

/** A success of Klarna's consent API with the next token. */
export function nextToken(token: string): BankResponse {
  return { status: 200, data: { data: { result: {}, consent_token: token } } };
}

/** An error of Klarna's consent API, with a token or without. */
export function refusing(code: string, token?: string): BankResponse {
  const body = { error: { code, message: 'words' }, ...(token && { consent_token: token }) };
  return { status: 400, body };
}

export const BALANCES = { operation: 'balances', accountId: 'acc-1' } as const;
export const AT_THE_SCREEN = { ...BALANCES, attended: true } as const;

/** For a call that must not be made. */
export async function never(): Promise<never> {
  throw new Error('the bank was called');
}
