/**
 * Finds what a stage consists of before anything is made or sent, and says of what is not there
 * where it was looked for. Partition, region and account are those in the queue's own ARN, so the
 * role needs no right to list anything.
 */
import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { GetTopicAttributesCommand, NotFoundException } from '@aws-sdk/client-sns';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
} from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';
import { forProducers } from './error-line.ts';
import { LOCAL, type Names } from './names.ts';
import { readState } from './state.ts';

export interface Places {
  readonly resultsUrl: string;
  readonly noticesArn: string;
  /** The queue of this run, which does not exist yet. */
  readonly temporaryArn: string;
}

/** Throws one line for what is missing, and what AWS refused otherwise. */
export async function find(clients: Clients, names: Names): Promise<Places> {
  const { sqs, sns, dynamo } = clients;
  const { results, reConsent, notices, temporary, table, probe } = names;
  const orMissing = async <T>(what: string, asked: Promise<T>): Promise<T> => {
    try {
      return await asked;
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new Error(missing(what, names.stage, await sqs.config.region()));
    }
  };

  const { resultsUrl, resultsArn } = await forProducers(
    names,
    orMissing(`queue ${results}`, findQueue(clients, results)),
  );
  const [arn, partition, , region, account] = resultsArn.split(':');
  const arnOf = (service: string, name: string) =>
    [arn, partition, service, region, account, name].join(':');
  for (const topic of [reConsent, notices]) {
    const asked = new GetTopicAttributesCommand({ TopicArn: arnOf('sns', topic) });
    await orMissing(`topic ${topic}`, sns.send(asked));
  }
  await orMissing(`table ${table}`, readState(dynamo, table, probe));
  return {
    resultsUrl,
    noticesArn: arnOf('sns', notices),
    temporaryArn: arnOf('sqs', temporary),
  };
}

async function findQueue({ sqs }: Clients, QueueName: string) {
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const { Attributes } = await sqs.send(asked);
  return { resultsUrl: QueueUrl, resultsArn: Attributes?.QueueArn ?? '' };
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof QueueDoesNotExist ||
    error instanceof NotFoundException ||
    error instanceof ResourceNotFoundException
  );
}

function missing(what: string, stage: string, region: string): string {
  const doubt =
    stage === LOCAL
      ? 'does AWS_ENDPOINT_URL name the local AWS (npm start)?'
      : 'deployed? right region?';
  return `stage "${stage}" has no ${what} in ${region}: ${doubt}`;
}
