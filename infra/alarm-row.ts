/**
 * One alarm as data: what is measured, against what, and what is said when it goes off. How the
 * comparison and silence are meant follows from the row alone.
 */
import { ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';

export interface AlarmRow {
  readonly name: string;
  readonly suffers: string;
  readonly doThis: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods in a row, 1 by default. */
  readonly periods?: number;
  /** By default: at or above the threshold, and silence is good. */
  readonly silenceIsBad?: true;
}

/** How CloudWatch compares, and what silence means to it. */
export function comparisonOf({ silenceIsBad }: AlarmRow): {
  readonly comparisonOperator: ComparisonOperator;
  readonly treatMissingData: TreatMissingData;
} {
  return silenceIsBad
    ? {
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
      }
    : {
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      };
}
