/**
 * What came of a call: an answer, or silence. An HTTP client that throws on an error status hands
 * the answer on inside its error; the program gets that error back, and the answer counts as one.
 */
import type { RawResponse } from '../consent/finding.ts';
import { answerIn, isTimeout, readAnswer } from './answer.ts';

export type Came = RawResponse | 'timeout' | 'connection';

export interface MadeCall<Response> {
  readonly came: Came;
  /** What the program is to get: its own object, or the error that it threw. */
  readonly handBack: () => Response;
}

/**
 * Makes the call and waits until it ends: one that does not heed its signal is waited for, for its
 * answer may hold the next token. Never throws.
 */
export async function madeCall<Response>(
  make: () => Promise<Response>,
): Promise<MadeCall<Response>> {
  try {
    const response = await make();
    return { came: await readAnswer(response), handBack: () => response };
  } catch (thrown) {
    const handBack = () => {
      throw thrown;
    };
    return { came: await cameWith(thrown), handBack };
  }
}

async function cameWith(thrown: unknown): Promise<Came> {
  try {
    return await readAnswer(answerIn(thrown));
  } catch {
    return isTimeout(thrown) ? 'timeout' : 'connection';
  }
}
