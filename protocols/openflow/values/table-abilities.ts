/**
 * What the properties of table features say, put together as Open vSwitch understands them: what is not said of a table's miss entry
 * is as of all others; a field that can be masked can be matched and left out.
 *
 * Source: OpenFlow 1.3.5 §7.3.5.5.2; Open vSwitch 3.1.
 */
import { findField } from './fields.ts';
import type { FeatureId, FieldId, TableFeatureProperty, TableFeatures } from './table.ts';

export type Numbers = ReadonlySet<number>;

export interface ActionAbilities {
  /** OFPAT_*. */
  readonly actions: Numbers;
  /** By Field.index. */
  readonly setFields: Numbers;
}

export interface EntryAbilities {
  readonly nextTables: Numbers;
  /** OFPIT_*. */
  readonly instructions: Numbers;
  readonly write: ActionAbilities;
  readonly apply: ActionAbilities;
}

export interface TableAbilities {
  readonly entries: EntryAbilities;
  readonly miss: EntryAbilities;
  /** By Field.index. */
  readonly match: Numbers;
  readonly mask: Numbers;
  readonly wildcards: Numbers;
}

type PropertyType = TableFeatureProperty['type'];

export function tableAbilities(features: Pick<TableFeatures, 'properties'>): TableAbilities {
  const byType = new Map<PropertyType, TableFeatureProperty>(
    features.properties.map((property) => [property.type, property]),
  );
  const entries = entryAbilities((type) => numbersOf(byType.get(type)));
  const miss = entryAbilities((type) =>
    numbersOf(byType.get(`${type}_miss` as PropertyType) ?? byType.get(type)),
  );
  const matchable = byType.get('match');
  const ids = matchable !== undefined && 'fields' in matchable ? matchable.fields : [];
  const mask = fieldNumbers(ids.filter((id) => id.field !== 'unknown_oxm' && id.masked === true));
  const match = fieldNumbers(ids);
  const omitted = new Set([...numbersOf(byType.get('wildcards')), ...mask]);
  const wildcards = new Set([...omitted].filter((field) => match.has(field)));
  return { entries, miss, match, mask, wildcards };
}

function entryAbilities(numbers: (type: PropertyType) => Numbers): EntryAbilities {
  return {
    nextTables: numbers('next_tables'),
    instructions: numbers('instructions'),
    write: { actions: numbers('write_actions'), setFields: numbers('write_setfield') },
    apply: { actions: numbers('apply_actions'), setFields: numbers('apply_setfield') },
  };
}

function numbersOf(property: TableFeatureProperty | undefined): Numbers {
  if (property === undefined || 'bytes' in property) return new Set();
  if ('tables' in property) return new Set(property.tables);
  if ('fields' in property) return fieldNumbers(property.fields);
  return 'actions' in property
    ? known(property.actions, KNOWN_ACTIONS)
    : known(property.instructions, KNOWN_INSTRUCTIONS);
}

/** What nobody knows counts as nothing. */
function known(ids: readonly FeatureId[], numbers: readonly number[]): Numbers {
  return new Set(ids.map(({ number }) => number).filter((number) => numbers.includes(number)));
}

/** OFPAT_OUTPUT, and from OFPAT_SET_MPLS_TTL to OFPAT_SET_FIELD. */
const KNOWN_ACTIONS: readonly number[] = [0, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25];
const KNOWN_INSTRUCTIONS: readonly number[] = [1, 2, 3, 4, 5, 6];

function fieldNumbers(ids: readonly FieldId[]): Numbers {
  const fields = ids.map(({ field }) => findField(field));
  return new Set(fields.flatMap((field) => (field?.inOvs === true ? [field.index] : [])));
}

export function sameNumbers(left: Numbers, right: Numbers): boolean {
  return left.size === right.size && [...left].every((number) => right.has(number));
}

export function sameActions(left: ActionAbilities, right: ActionAbilities): boolean {
  return sameNumbers(left.actions, right.actions) && sameNumbers(left.setFields, right.setFields);
}
