/** The client of SQS, in a file of its own so that it can be loaded when it is first needed. */
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

export function sqsClient(settings: SQSClientConfig): SQSClient {
  return new SQSClient(settings);
}
