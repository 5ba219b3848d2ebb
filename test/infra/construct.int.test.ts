/**
 * The stacks of docs/integrating.md, copied from the page and synthesised as the CDK does it: the
 * construct in an app of one's own, and a subscriber that knows the topics by their parameters.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, copied, run, typeErrorsIn } from '../support/page-blocks.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/integrating.md'), 'utf8');
const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

let folder: string;

beforeAll(() => {
  folder = copied(PAGE, ['notices.ts', 'subscriber.ts', 'app.ts']);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The resources of the one stack that the program synthesises; throws on a circle in them. */
async function synthesised(program: string, stack: string): Promise<readonly Resource[]> {
  const outdir = join(folder, `${program}.out`);
  const env = {
    ...process.env,
    CDK_OUTDIR: outdir,
    CDK_CONTEXT_JSON: JSON.stringify(context),
  };
  const { exitCode, stderr } = await run(process.execPath, [program], folder, env);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const template = JSON.parse(readFileSync(join(outdir, `${stack}.template.json`), 'utf8'));
  return Object.values(Template.fromJSON(template).toJSON().Resources);
}

function propertiesOf(
  resources: readonly Resource[],
  type: string,
): readonly Resource['Properties'][] {
  return resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
}

const FILTERS = [
  { FilterPolicy: { provider: ['klarna-consent'] } },
  { FilterPolicy: { provider: ['klarna-consent'], type: ['reconsent.withdrawn'] } },
].map((one) => ({
  ...one,
  Protocol: 'sqs',
  RawMessageDelivery: true,
  RedrivePolicy: { deadLetterTargetArn: expect.anything() },
}));

describe('the stacks of docs/integrating.md', () => {
  it('type-check', async () => {
    expect(await typeErrorsIn(folder)).toBe('');
  });

  it('hear the topics by their parameters', async () => {
    const resources = await synthesised('subscriber.ts', 'Subscriber');

    expect(propertiesOf(resources, 'AWS::SNS::Subscription')).toMatchObject(FILTERS);
  });

  it('name the versions of the packages that we use', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );

    const own = blocksOf(PAGE, 'json')
      .map((block) => JSON.parse(block))
      .at(-1);

    const { 'consent-lifecycle-worker': _, ...clients } = own.dependencies;
    expect(dependencies).toMatchObject(clients);
    expect(devDependencies).toMatchObject(own.devDependencies);
  });
});

describe('the construct in an app of its own', () => {
  let resources: readonly Resource[];

  beforeAll(async () => {
    resources = await synthesised('app.ts', 'Consents');
  });

  it('makes the three functions and the two topics of the stage', () => {
    const functions = propertiesOf(resources, 'AWS::Lambda::Function');
    const topics = propertiesOf(resources, 'AWS::SNS::Topic').map(({ TopicName }) => TopicName);

    expect(functions.map(({ FunctionName }) => FunctionName).toSorted()).toEqual([
      'prod-bank-call-results',
      'prod-due-timers',
      'prod-sweep',
    ]);
    expect(topics).toEqual(expect.arrayContaining(['prod-re-consent', 'prod-consent-notices']));
  });

  it('lets the app hear its topics, beside whoever hears of alarms', () => {
    const subscriptions = propertiesOf(resources, 'AWS::SNS::Subscription');

    expect(subscriptions.filter(({ Protocol }) => Protocol === 'sqs')).toMatchObject(FILTERS);
    expect(subscriptions.filter(({ Protocol }) => Protocol === 'email')).toMatchObject([
      { Endpoint: 'on-call@example.com' },
    ]);
  });

  it('gives its resources and parameters the names that the page uses', () => {
    const made = JSON.stringify(resources);
    const names = [...PAGE.matchAll(/\bprod-[a-z.-]*[a-z]/g)].map(([name]) => `"${name}"`);
    const published = [...PAGE.matchAll(/published[ (]'?([a-z.-]+)/g)].map(
      ([, name]) => `"/consent-lifecycle/prod/${name}"`,
    );

    expect([names.length, published.length]).not.toContain(0);
    expect([...names, ...published].filter((name) => !made.includes(name))).toEqual([]);
  });
});
