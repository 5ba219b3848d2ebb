/** The metrics among the lines that functions print: one per name and line, with its dimensions. */

export interface WrittenMetric {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly service: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
  /** Not one number but a list of them, as only a distribution has. */
  readonly isList: boolean;
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

type Line = Readonly<Record<string, unknown>> & {
  readonly _aws: { readonly CloudWatchMetrics: readonly Directive[] };
};

export function metricsIn(lines: readonly string[]): readonly WrittenMetric[] {
  const written = lines.filter((line) => line.startsWith('{"_aws"'));
  return written.map((line): Line => JSON.parse(line)).flatMap(metricsOf);
}

function metricsOf(line: Line): readonly WrittenMetric[] {
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
    const names = Dimensions.flat().filter((name) => name !== 'service');
    return Metrics.map(({ Name, Unit }) => ({
      namespace: Namespace,
      name: Name,
      unit: Unit,
      service: String(line.service),
      dimensions: Object.fromEntries(names.map((name) => [name, String(line[name])])),
      values: [line[Name]].flat().map(Number),
      isList: Array.isArray(line[Name]),
    }));
  });
}
