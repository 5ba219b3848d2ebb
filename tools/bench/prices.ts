/** List prices in US dollars. Without free tiers and discounts for volume: a real bill is lower. */
export const PRICE_LIST = 'us-east-1, 2026-11-22';

const MILLION = 1_000_000;

export const PRICES = {
  lambdaRequest: 0.2 / MILLION,
  /** arm64. */
  lambdaGbSecond: 0.000_013_333_4,
  dynamoWriteUnit: 0.625 / MILLION,
  dynamoReadUnit: 0.125 / MILLION,
  dynamoGbMonth: 0.25,
  dynamoBackupGbMonth: 0.2,
  sqsRequest: 0.4 / MILLION,
  sqsFifoRequest: 0.5 / MILLION,
  snsPublish: 0.5 / MILLION,
  schedulerInvocation: 1 / MILLION,
  logGb: 0.5,
  metricMonth: 0.3,
  alarmMetricMonth: 0.1,
  dashboardMonth: 3,
  kmsKeyMonth: 1,
  kmsRequest: 0.03 / 10_000,
  stepFunctionsTransition: 25 / MILLION,
} as const;
