/**
 * Shifts the clock of the Node process that loads it (`node --import`): what it takes for the time of day, and nothing
 * else (timers and performance.now go on as they are). By LAB_CLOCK_OFFSET_MS from its start, and by what the file
 * LAB_CLOCK_FILE says later, if it is there: then the clock jumps.
 */
import { readFileSync } from 'node:fs';

let offsetMs = Number(process.env.LAB_CLOCK_OFFSET_MS ?? 0);
const file = process.env.LAB_CLOCK_FILE;
const LOOK_MS = 50;
const look = () => {
  try {
    offsetMs = Number(readFileSync(String(file), 'utf8'));
  } catch {
    // It is not there: no jump.
  }
};
if (file !== undefined) setInterval(look, LOOK_MS).unref();

const RealDate = Date;
const shiftedNow = () => RealDate.now() + offsetMs;

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(shiftedNow()).toString(),
  construct: (target, words) => new target(...(words.length === 0 ? [shiftedNow()] : words)),
  get: (target, name) => (name === 'now' ? shiftedNow : Reflect.get(target, name)),
});
