/**
 * A person who now and then looks at what is held, by the verbs of `npm run ops`, and decides for a
 * bank as soon as there is something to go by: to hold while the bank is in trouble, else to
 * release. Decides wrongly at times. A command that fails is run again; one whose process dies is
 * left at that until the next look.
 */
import { HOUR, type Instant, MINUTE } from '../../shared/consent/instant.ts';
import { TABLE } from '../local/resources.ts';
import { hold, release } from '../ops/brake.ts';
import { type Aws, clientsOf, type Run } from './aws.ts';
import type { Bank } from './bank.ts';
import { TABLE_NAME } from './table.ts';

const LOOKS_AGAIN_MIN_MS = 6 * HOUR;
const LOOKS_AGAIN_MAX_MS = 36 * HOUR;
const DECIDES = 0.3;
const RUNS_AGAIN_MS = 10 * MINUTE;
const RUNS_MAX = 4;
/** What a trouble has left behind is cleared by confirming calls, in a day and some. */
const TROUBLE_FELT_MS = 40 * HOUR;

const VERBS = { hold, release } as const;

export class Operator {
  readonly #aws: Aws;
  readonly #banks: readonly Bank[];
  #runs = 0;

  constructor(aws: Aws, banks: readonly Bank[]) {
    this.#aws = aws;
    this.#banks = banks;
  }

  lookRegularly(): void {
    const { agenda } = this.#aws.world;
    const random = this.#aws.world.random('operator');
    agenda.after(random.within(LOOKS_AGAIN_MIN_MS, LOOKS_AGAIN_MAX_MS), () => {
      for (const bank of this.#banks) void this.#look(bank);
      this.lookRegularly();
    });
  }

  async #look(bank: Bank): Promise<void> {
    const { world } = this.#aws;
    const held = await this.#run('release', bank.traits.id, false);
    if (held === 0 || !world.random('operator').chance(DECIDES)) return;
    const isRight = isInTrouble(bank, world.agenda.now) ? 'hold' : 'release';
    const isWrong = isRight === 'hold' ? 'release' : 'hold';
    const verb = world.happens('operator-errs') ? isWrong : isRight;
    world.count(`operator: ${verb}`);
    await this.#run(verb, bank.traits.id, true);
  }

  /** How many ends of the bank are held. Never ends where the process dies. */
  async #run(verb: keyof typeof VERBS, bank: string, apply: boolean): Promise<number> {
    const { world } = this.#aws;
    for (let times = 1; times <= RUNS_MAX; times += 1) {
      this.#runs += 1;
      const run: Run = { name: `ops#${this.#runs}`, dead: false };
      world.log(`${run.name} ${verb} ${bank}${apply ? ' --apply' : ''}`);
      try {
        return await this.#command(run, verb, { bank, apply });
      } catch (cause) {
        world.log(`${run.name} fails: ${cause}`);
      }
      await world.pause(RUNS_AGAIN_MS);
    }
    return 0;
  }

  async #command(
    run: Run,
    verb: keyof typeof VERBS,
    options: { readonly bank: string; readonly apply: boolean },
  ): Promise<number> {
    const { world } = this.#aws;
    const { dynamo, sqs } = clientsOf(this.#aws, run, () => {
      run.dead = true;
      world.log(`${run.name} dies`);
    });
    const clients = { dynamo, sqs: await sqs() };
    let held = 0;
    await VERBS[verb](options, {
      target: { named: (name) => (name === TABLE ? TABLE_NAME : name) },
      clients,
      now: world.agenda.now,
      tell: (line) => world.log(`${run.name} ${line}`),
      answer: (value) => {
        held = Number(Reflect.get(value, 'held'));
      },
    });
    return held;
  }
}

function isInTrouble({ trouble }: Bank, now: Instant): boolean {
  return trouble !== undefined && trouble.from <= now && now < trouble.to + TROUBLE_FELT_MS;
}
