/**
 * Shifts the clock of the Node process that loads it (`node --import`) by LAB_CLOCK_OFFSET_MS: what it takes for
 * the time of day, and nothing else (timers and performance.now go on as they are).
 */
const offsetMs = Number(process.env.LAB_CLOCK_OFFSET_MS ?? 0);
const RealDate = Date;
const shiftedNow = () => RealDate.now() + offsetMs;

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(shiftedNow()).toString(),
  construct: (target, words) => new target(...(words.length === 0 ? [shiftedNow()] : words)),
  get: (target, name) => (name === 'now' ? shiftedNow : Reflect.get(target, name)),
});
