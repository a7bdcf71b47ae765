/**
 * Where in a message a number stands that its bits do not hold: writers see the number alone (number-view.ts), the one who called knows
 * it by its name.
 */
import { UnfitNumber } from './number-view.ts';

/** The error with the members that have the number: "flow_mod: table: 260 does not fit into 8 bits". Other errors stay as they are. */
export function placed(error: unknown, type: string, values: object): unknown {
  if (!(error instanceof UnfitNumber)) return error;
  const places = error.value === undefined ? [] : [...pathsTo(values, error.value, '')];
  const where = places.length === 0 ? type : `${type}: ${places.join(' or ')}`;
  return new RangeError(`${where}: ${error.message}`, { cause: error });
}

function* pathsTo(values: object, sought: unknown, path: string): Generator<string> {
  if (values instanceof Uint8Array) return;
  for (const [name, value] of Object.entries(values)) {
    const here = path === '' ? name : `${path}.${name}`;
    if (Object.is(value, sought)) yield here;
    else if (typeof value === 'object' && value !== null) yield* pathsTo(value, sought, here);
  }
}
