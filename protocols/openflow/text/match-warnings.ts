/**
 * What a match does not say though its text does: words that others override, words that lack what they need.
 *
 * ovs-ofctl sends such a match in silence: without the word, or so that the switch refuses it. Here it is told, one sentence a word.
 * Source: judged by what ovs-ofctl of Open vSwitch 3.1 sends and by what its switch then takes.
 */
import { bitAnd } from '../values/field-values.ts';
import { fieldByName, type RegisteredFieldName } from '../values/fields.ts';
import { fieldsOfMatch } from '../values/flow-fields.ts';
import { type FlowFields, type Place, placeNameOf } from '../values/flow-places.ts';
import type { Match } from '../values/match.ts';
import { meetsPrerequisite } from '../values/prerequisites.ts';
import { fieldOf, needOf, SHARED_WORDS } from './parse/match-words.ts';

type Places = ReadonlyMap<RegisteredFieldName, Place>;

/** A word, and where it still says something. */
export interface Said {
  readonly spelled: string;
  readonly key: string;
  readonly places: Set<RegisteredFieldName>;
}

/** Takes from the earlier words what the places say no more; a sentence for each of those words. */
export function overridden(
  spelled: string,
  said: readonly Said[],
  before: Places,
  after: FlowFields,
): string[] {
  const lost = lostPlaces(before, after);
  if (lost.length === 0) return [];
  const losers = said.filter(({ places }) => lost.some((name) => places.has(name)));
  for (const { places } of losers) for (const name of lost) places.delete(name);
  return losers.map((loser) => `${spelled} overrides ${loser.spelled}; keep one of them`);
}

/** Places where bits that were matched before are matched with another value now, or no more. */
function lostPlaces(before: Places, { places }: FlowFields): RegisteredFieldName[] {
  return [...before].flatMap(([name, was]) => {
    const is = places.get(name);
    const kept =
      is !== undefined &&
      bitAnd(is.mask, was.mask) === was.mask &&
      bitAnd(is.value, was.mask) === was.value;
    return kept ? [] : [name];
  });
}

/** Words that the match was made from and lost, and words for whose sake a switch refuses it. */
export function uselessWords(said: readonly Said[], match: Match): string[] {
  const { flow, strays } = fieldsOfMatch(match);
  const refused = strays.flatMap(({ field }) =>
    field === 'unknown_oxm' ? [] : [placeNameOf(fieldByName(field))],
  );
  return said.flatMap(({ spelled, key, places }) => {
    const need = `it needs ${needOf(key)} in the match too; add it`;
    if (refused.some((name) => places.has(name))) return [`a switch refuses ${spelled}: ${need}`];
    const isWhole = [...places].every((name) => flow.places.has(name));
    if (!isWhole) return [`${spelled} is left out: ${need}`];
    const other = otherField(key, places, flow, match);
    return other === undefined ? [] : [`${spelled} is taken as ${other}: ${need}`];
  });
}

/** The field that lies in the match where the word's own would lie, if what it needs were there. */
function otherField(
  key: string,
  places: ReadonlySet<RegisteredFieldName>,
  flow: FlowFields,
  match: Match,
): string | undefined {
  const field = SHARED_WORDS.has(key) ? undefined : fieldOf(key);
  if (field === undefined || meetsPrerequisite(flow, field.prerequisite)) return undefined;
  const place = placeNameOf(field);
  if (!places.has(place)) return undefined;
  return match
    .flatMap((item) => (item.field === 'unknown_oxm' ? [] : [fieldByName(item.field)]))
    .find((other) => placeNameOf(other) === place)?.ovsName;
}
