/** The client of SNS, in a file of its own so that it can be loaded when it is first needed. */
import { SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';

export function snsClient(settings: SNSClientConfig): SNSClient {
  return new SNSClient(settings);
}
