/**
 * What is to happen when: a binary heap by time, then by label, so that firing has one order. Any
 * appointment can be taken out again in logarithmic time, so a cancelled schedule leaves nothing
 * behind, and asking for the next instant costs nothing.
 */
export interface Appointment<Item> {
  readonly at: number;
  readonly label: string;
  readonly item: Item;
  /** Where it stands in the heap; kept by the agenda. */
  position: number;
}

export class Agenda<Item> {
  readonly #heap: Appointment<Item>[] = [];

  add(at: number, label: string, item: Item): Appointment<Item> {
    const appointment = { at, label, item, position: this.#heap.length };
    this.#heap.push(appointment);
    this.#rise(appointment);
    return appointment;
  }

  /** The earliest appointment, which stays. */
  first(): Appointment<Item> | undefined {
    return this.#heap[0];
  }

  /** Takes the earliest appointment if its time has come by `now`. */
  takeDue(now: number): Appointment<Item> | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.remove(first);
    return first;
  }

  /** Safe to repeat: an appointment that is no longer here is left alone. */
  remove(appointment: Appointment<Item>): void {
    if (this.#heap[appointment.position] !== appointment) return;

    const last = this.#heap.pop();
    if (last === undefined || last === appointment) return;
    this.#place(last, appointment.position);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(appointment: Appointment<Item>): void {
    while (appointment.position > 0) {
      const hole = appointment.position;
      const parent = this.#heap[(hole - 1) >> 1];
      if (parent === undefined || !isBefore(appointment, parent)) return;
      this.#place(appointment, parent.position);
      this.#place(parent, hole);
    }
  }

  #sink(appointment: Appointment<Item>): void {
    for (;;) {
      const hole = appointment.position;
      const [left, right] = [this.#heap[2 * hole + 1], this.#heap[2 * hole + 2]];
      const child =
        right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, appointment)) return;
      this.#place(appointment, child.position);
      this.#place(child, hole);
    }
  }

  #place(appointment: Appointment<Item>, position: number): void {
    this.#heap[position] = appointment;
    appointment.position = position;
  }
}

function isBefore(a: Appointment<unknown>, b: Appointment<unknown>): boolean {
  return a.at === b.at ? a.label < b.label : a.at < b.at;
}
