/** A function without AWS that does what its event says. */
interface Told {
  readonly return?: unknown;
  readonly dates?: true;
  readonly overlap?: true;
  readonly hang?: true;
  readonly crashLater?: true;
}

let running = 0;

export async function handler(told: Told): Promise<unknown> {
  running += 1;
  await new Promise((resolve) => setImmediate(resolve));
  const most = running;
  running -= 1;

  if (told.hang) await new Promise(() => setInterval(() => undefined, 1_000));
  if (told.crashLater) {
    setImmediate(() => {
      throw new Error('too late');
    });
  }
  if (told.overlap) return most;
  if (told.dates) return dates();
  return told.return;
}

function dates(): object {
  const { Date: current } = globalThis;
  const callable: (this: void) => unknown = Reflect.get(globalThis, 'Date');
  return {
    now: new Date(Date.now()).getUTCFullYear(),
    constructed: new Date().getUTCFullYear(),
    called: String(callable()).includes('1970'),
    given: new Date('2020-02-02').toISOString(),
    isDate: new Date() instanceof current,
    utc: Date.UTC(1970, 0, 1),
  };
}
