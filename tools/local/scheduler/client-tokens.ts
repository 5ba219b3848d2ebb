/**
 * Client tokens: a request repeated with its token gets the first answer again and changes nothing;
 * the same token with other parameters is a conflict. Only successes are remembered. A token counts
 * per action, and the oldest are forgotten.
 */
import { hash } from 'node:crypto';
import { Refusal } from './refusal.ts';

export type Answer = Readonly<Record<string, unknown>>;

const TOKENS_REMEMBERED_MAX = 20_000;

export class ClientTokens {
  readonly #answers = new Map<string, { readonly digest: string; readonly answer: Answer }>();

  /** Safe to repeat with the same input. Throws what `perform` throws, or a Refusal. */
  once(
    action: string,
    input: { readonly ClientToken?: string | undefined },
    perform: () => Answer,
  ): Answer {
    if (input.ClientToken === undefined) return perform();

    const key = `${action} ${input.ClientToken}`;
    const digest = hash('sha256', JSON.stringify(input), 'base64');
    const known = this.#answers.get(key);
    if (known?.digest === digest) return known.answer;
    if (known !== undefined) {
      throw new Refusal(
        'ConflictException',
        `ClientToken '${input.ClientToken}' was used for a ${action} with other parameters.`,
      );
    }
    const answer = perform();
    this.#answers.set(key, { digest, answer });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > TOKENS_REMEMBERED_MAX && oldest !== undefined) {
      this.#answers.delete(oldest);
    }
    return answer;
  }
}
