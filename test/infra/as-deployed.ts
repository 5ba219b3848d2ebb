/** The local AWS as a stage's templates say: their assets, environments and names. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import type { FunctionName } from '../../shared/runtime/environment.ts';
import type { LocalAwsOptions } from '../../tools/local/local-aws.ts';
import { functionOf } from '../support/deployed.ts';
import { readTemplates } from '../support/template.ts';
import { resolved, type Synthesised } from './synthesised.ts';

const code = z.object({ FunctionName: z.string(), Code: z.object({ S3Key: z.string() }) });

export function asDeployed(
  synthesised: Synthesised,
  stage: string,
): Pick<LocalAwsOptions, 'prefix' | 'functions' | 'environments'> {
  const assets = resolved(synthesised)
    .resources('AWS::Lambda::Function')
    .map(({ properties }) => code.parse(properties));
  const assetOf = (name: FunctionName): URL => {
    const found = assets.find(({ FunctionName }) => FunctionName === `${stage}-${name}`);
    if (found === undefined) throw new Error(`no function is called ${stage}-${name}`);
    const folder = `asset.${found.Code.S3Key.replace('.zip', '')}`;
    return pathToFileURL(join(synthesised.folder, folder, 'index.mjs'));
  };
  return {
    prefix: `${stage}-`,
    functions: each(assetOf),
    environments: (endpoint) => {
      const templates = readTemplates(synthesised.stacks, endpoint);
      return each((name) => functionOf(templates, `${stage}-${name}`).environment);
    },
  };
}

function each<Value>(of: (name: FunctionName) => Value): Readonly<Record<FunctionName, Value>> {
  return {
    'bank-call-results': of('bank-call-results'),
    'due-timers': of('due-timers'),
    sweep: of('sweep'),
  };
}
