import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Agenda, type Appointment } from '../../../tools/local/scheduler/agenda.ts';

const COMMAND = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    at: fc.nat(20),
    label: fc.string({ maxLength: 1 }),
  }),
  fc.record({ do: fc.constant('remove' as const), which: fc.nat(30) }),
  fc.record({ do: fc.constant('take' as const), now: fc.nat(20) }),
);

it('gives what is due in the order of a sorted list, whatever was added and removed', () => {
  fc.assert(
    fc.property(fc.array(COMMAND, { maxLength: 60 }), (commands) => {
      const agenda = new Agenda<number>();
      const added: Appointment<number>[] = [];
      let model: Appointment<number>[] = [];

      for (const [item, command] of commands.entries()) {
        if (command.do === 'add') {
          const appointment = agenda.add(command.at, command.label, item);
          added.push(appointment);
          model.push(appointment);
        } else if (command.do === 'remove') {
          const appointment = added[command.which];
          if (appointment !== undefined) agenda.remove(appointment);
          model = model.filter((other) => other !== appointment);
        } else {
          const due = agenda.takeDue(command.now);
          expect(orderOf(due)).toEqual(orderOf(sorted(model).find(({ at }) => at <= command.now)));
          model = model.filter((other) => other !== due);
        }
        expect(orderOf(agenda.first())).toEqual(orderOf(sorted(model)[0]));
      }
    }),
  );
});

function sorted(appointments: readonly Appointment<number>[]): readonly Appointment<number>[] {
  return appointments.toSorted((a, b) => a.at - b.at || (a.label < b.label ? -1 : 1));
}

function orderOf(appointment: Appointment<number> | undefined) {
  return appointment && { at: appointment.at, label: appointment.label };
}
