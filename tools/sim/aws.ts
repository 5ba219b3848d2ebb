/**
 * AWS as the worker's clients see it. The SDK's clients are replaced where they would go to the
 * network, by `send`: so the store, the performers and the dead letters that run here are the ones
 * that ship. Each `send` is a step at which the world may let others go first, refuse, lose the
 * answer, or end the worker.
 */
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import {
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { SECOND } from '../../shared/consent/instant.ts';
import type { Queue, Sending } from './queue.ts';
import type { Scheduler } from './scheduler.ts';
import type { Table } from './table.ts';
import type { World } from './world.ts';

const LATENCY_MAX_MS = 60;
const SLOW_MAX_MS = 12 * SECOND;

/** One run of a function: when it is dead, nothing it waits for comes back. */
export interface Run {
  readonly name: string;
  dead: boolean;
}

export interface Aws {
  readonly world: World;
  readonly table: Table;
  readonly scheduler: Scheduler;
  /** By their names, which are their URLs here. */
  readonly queues: ReadonlyMap<string, Queue>;
  readonly onSend: (queue: Queue, body: string) => void;
  readonly onNotice: (text: string) => void;
  readonly onSchedule: (name: string) => void;
  /** All that leaves the worker, but for what may hold tokens. */
  readonly onText: (text: string) => void;
}

interface Command {
  readonly input: object;
}

export interface Clients {
  readonly dynamo: DynamoDBClient;
  readonly sqs: () => Promise<SQSClient>;
  readonly sns: () => Promise<SNSClient>;
  readonly scheduler: () => Promise<SchedulerClient>;
}

/** The clients of one run of a function. */
export function clientsOf(aws: Aws, run: Run, die: () => void): Clients {
  const answer = answering(aws);
  const send = (command: Command) => pass(aws.world, run, die, command, () => answer(command));
  return {
    // The SDK's paginators look whose client it is.
    dynamo: Object.assign(Object.create(DynamoDBClient.prototype), { send }) as DynamoDBClient,
    sqs: async () => ({ send }) as unknown as SQSClient,
    sns: async () => ({ send }) as unknown as SNSClient,
    scheduler: async () => ({ send }) as unknown as SchedulerClient,
  };
}

function failure(name: string): Error {
  const { stackTraceLimit } = Error;
  // Nobody reads where it was thrown, and to write that down takes longer than most steps.
  Error.stackTraceLimit = 0;
  const error = new Error(`${name}, as the simulation has it`);
  Error.stackTraceLimit = stackTraceLimit;
  error.name = name;
  return error;
}

/** One step: after a while the call is made, or something happens to it or to its worker. */
function pass(
  world: World,
  run: Run,
  die: () => void,
  command: Command,
  act: () => unknown,
): Promise<unknown> {
  const slow = world.happens('call-slow') ? SLOW_MAX_MS : LATENCY_MAX_MS;
  return new Promise((resolve, reject) => {
    world.agenda.after(world.random('latency').within(1, slow), () => {
      if (run.dead) return;
      world.steps += 1;
      world.log(`${run.name} ${command.constructor.name}`);
      const dies = world.happens('worker-dies');
      const refused = world.happens('call-refused');
      const lost = world.happens('answer-lost');
      try {
        if (dies && world.random('death').chance(0.5)) return die();
        if (refused) throw failure('ThrottlingException');
        const answer = act();
        if (dies) return die();
        if (lost && world.random('lost').chance(0.5)) throw failure('TimeoutError');
        // The SDK sends once more what had no answer, and hears what the second one is told.
        resolve(lost ? act() : answer);
      } catch (error) {
        reject(error);
      }
      world.woken = true;
    });
  });
}

function answering(aws: Aws): (command: Command) => unknown {
  const { table, scheduler } = aws;
  return (command) => {
    // Tokens stand in the state of a consent, and nowhere else in the table.
    if (command instanceof UpdateItemCommand) aws.onText(JSON.stringify(command.input));
    const stored = table.answer(command);
    if (stored !== undefined) return stored;
    aws.onText(command instanceof SendMessageCommand ? '' : JSON.stringify(command.input));
    if (command instanceof CreateScheduleCommand) aws.onSchedule(command.input.Name ?? '');
    const scheduled = scheduler.answer(command);
    if (scheduled !== undefined) return scheduled;
    if (command instanceof SendMessageCommand) return sendMessage(aws, command);
    if (command instanceof GetQueueUrlCommand) return { QueueUrl: command.input.QueueName };
    if (command instanceof SendMessageBatchCommand) return sendBatch(aws, command);
    if (command instanceof PublishCommand) aws.onNotice(command.input.Message ?? '');
    return {};
  };
}

/** A dead letter's attributes are for whoever mends it; nobody here reads them. */
function sendMessage(aws: Aws, { input }: SendMessageCommand): object {
  const { QueueUrl: url = '', MessageBody: body = '' } = input;
  const queue = aws.queues.get(url);
  if (queue === undefined) throw failure('QueueDoesNotExist');
  aws.onSend(queue, body);
  return { MessageId: queue.send(body, sendingOf(input)) };
}

function sendBatch(aws: Aws, { input: { QueueUrl, Entries = [] } }: SendMessageBatchCommand) {
  const commands = Entries.map((entry) => new SendMessageCommand({ QueueUrl, ...entry }));
  return { Successful: commands.map((command) => sendMessage(aws, command)) };
}

export function sendingOf(input: SendMessageCommandInput): Sending {
  const { MessageGroupId: group, MessageDeduplicationId: deduplicationId } = input;
  return { group, deduplicationId, delayMs: (input.DelaySeconds ?? 0) * SECOND };
}
