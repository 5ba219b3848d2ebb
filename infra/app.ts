/**
 * Our own deployment, for `cdk synth` and `cdk deploy`: the stage that the context names. It needs
 * no account, no credentials and no Docker to synthesise; a wrong context is one line.
 */
import { App } from 'aws-cdk-lib';
import { addStage } from './deployment.ts';
import { readStage, type Stage } from './stages.ts';

const app = new App();
addStage(app, stageOrExit(app));
app.synth();

function stageOrExit({ node }: App): Stage {
  try {
    return readStage((name) => node.tryGetContext(name));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
