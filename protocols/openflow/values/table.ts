/**
 * Flow tables: what they count, how they are configured, and what they are able to do.
 *
 * Sources: OpenFlow 1.3.5 §7.3.5.4, §7.3.5.5; OpenFlow 1.4.1 §7.3.5.5 (table description), OpenFlow 1.5.1 §7.3.5.18 (table features).
 */
import type { RegisteredFieldName } from './fields.ts';

export interface TableStats {
  readonly table: number;
  readonly active: number;
  readonly lookups: bigint;
  readonly matched: bigint;
}

/** OFPTC_* bits of a table's configuration and capabilities, from OpenFlow 1.4 on. */
export const TABLE_EVICTION = 4;
export const TABLE_VACANCY_EVENTS = 8;

/** In percent of the table. */
export interface TableVacancy {
  readonly down: number;
  readonly up: number;
  readonly current: number;
}

export interface TableDesc {
  readonly table: number;
  /** OFPTC_* bits. */
  readonly config: number;
  /** OFPTMPEF_* bits; absent: the switch does not say. */
  readonly evictionFlags?: number;
  readonly vacancy?: TableVacancy;
  /** Properties that we do not know, one behind the other, byte for byte. */
  readonly unknownProperties?: Uint8Array;
}

/** Number of an action or an instruction; `data`: what an experimenter's has behind it. */
export interface FeatureId {
  readonly number: number;
  readonly data?: Uint8Array;
}

/** A field by itself. */
export type FieldId =
  | {
      readonly field: RegisteredFieldName;
      readonly masked?: boolean;
      /** Its header, where it is another than the version's own. */
      readonly oxm?: Uint8Array;
    }
  /** A header that no row of the registry describes. */
  | { readonly field: 'unknown_oxm'; readonly oxm: Uint8Array };

/** What holds for entries; with `_miss`: for the table-miss entry alone. */
export type TableFeatureProperty =
  | {
      readonly type: 'instructions' | 'instructions_miss';
      readonly instructions: readonly FeatureId[];
    }
  | { readonly type: 'next_tables' | 'next_tables_miss'; readonly tables: readonly number[] }
  | {
      readonly type:
        | 'write_actions'
        | 'write_actions_miss'
        | 'apply_actions'
        | 'apply_actions_miss';
      readonly actions: readonly FeatureId[];
    }
  | {
      readonly type:
        | 'match'
        | 'wildcards'
        | 'write_setfield'
        | 'write_setfield_miss'
        | 'apply_setfield'
        | 'apply_setfield_miss';
      readonly fields: readonly FieldId[];
    }
  /** The whole property, with its padding. */
  | { readonly type: 'unknown'; readonly bytes: Uint8Array };

/** OFPTFC_*. */
export const TABLE_FEATURES_COMMANDS = { replace: 0, modify: 1, enable: 2, disable: 3 } as const;

export type TableFeaturesCommand = keyof typeof TABLE_FEATURES_COMMANDS;

export interface TableFeatures {
  readonly table: number;
  /** OpenFlow 1.5 on; absent: replace. */
  readonly command?: TableFeaturesCommand;
  readonly name: string;
  readonly metadataMatch: bigint;
  readonly metadataWrite: bigint;
  /** OFPTC_* bits. */
  readonly capabilities: number;
  readonly maxEntries: number;
  readonly properties: readonly TableFeatureProperty[];
}
