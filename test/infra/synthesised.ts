/** The templates of a stage, synthesised as `cdk synth` does it, with the context of cdk.json. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { addStage } from '../../infra/deployment.ts';
import { readStage } from '../../infra/stages.ts';
import { type Json, readTemplates, type Template, type Templates } from '../support/template.ts';

/** Where nothing needs to answer. */
export const ENDPOINT = 'http://127.0.0.1:4566';
export const PRODUCER = 'arn:aws:iam::123456789012:role/account-sync';

/** The roles of production's functions. */
export const WORKERS: readonly string[] = ['bank-call-results', 'due-timers', 'sweep'].map(
  (name) => `arn:aws:iam::000000000000:role/prod-${name}-eu-central-1`,
);

export const DEV = { stage: 'dev' } as const;
export const PROD = { stage: 'prod', producers: PRODUCER, alarmEmail: 'ops@bank.example' } as const;

export interface Synthesised {
  /** The folder with the templates and the assets. */
  readonly folder: string;
  /** By the name of the stack. */
  readonly stacks: Readonly<Record<string, Template>>;
}

/** Throws what the CDK and cdk-nag find wrong. */
export function synthesise(given: Readonly<Record<string, string>>): Synthesised {
  const settings = readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8');
  const app = new App({
    context: { ...JSON.parse(settings).context, ...given },
    outdir: mkdtempSync(join(tmpdir(), 'synthesised-')),
    analyticsReporting: false,
  });
  addStage(
    app,
    readStage((name) => app.node.tryGetContext(name)),
  );
  const { directory, stacks } = app.synth();
  return {
    folder: directory,
    stacks: Object.fromEntries(stacks.map(({ stackName, template }) => [stackName, template])),
  };
}

/** Their resources, with the names and ARNs that they will have. */
export function resolved({ stacks }: Synthesised): Templates {
  return readTemplates(stacks, ENDPOINT);
}

/** Of the one resource of its type whose property has this value. */
export function propertiesOf(templates: Templates, type: string, key: string, value: string): Json {
  const found = templates.resources(type).filter(({ properties }) => properties[key] === value);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.properties;
  throw new Error(`${found.length} resources are ${type} with the ${key} "${value}"; expected one`);
}

/** The statement that refuses whatever does not come by TLS. */
export function onlyTls(action: string, resource: string, principal: unknown): Json {
  return {
    Action: action,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    Effect: 'Deny',
    Principal: principal,
    Resource: resource,
  };
}

/** The statement that refuses an action to everybody else. */
export function nobodyBut(action: string, resource: string, but: readonly string[]): Json {
  return {
    Sid: 'NobodyElse',
    Action: action,
    Condition: { ArnNotEquals: { 'aws:PrincipalArn': but } },
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Resource: resource,
  };
}
