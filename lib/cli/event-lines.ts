/**
 * Events as lines: local time first, so that lines sort.
 */
import type { EventView } from '../model/views.ts';
import type { Colour, Paint } from './paint.ts';
import { clean, padEnd } from './text-table.ts';
import { localTime } from './words.ts';

const LEVEL_COLOURS: Readonly<Record<EventView['level'], Colour | undefined>> = {
  info: undefined,
  warning: 'yellow',
  error: 'red',
};

const LEVEL_WIDTH = 'warning'.length;

export function eventLine(event: EventView, paint: Paint): string {
  const level = paint(LEVEL_COLOURS[event.level], padEnd(event.level, LEVEL_WIDTH));
  const time = paint('dim', localTime(event.time));
  return `${time}  ${level}  ${clean(event.object)}: ${clean(event.message)}`;
}
