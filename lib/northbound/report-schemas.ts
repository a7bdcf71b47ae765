/**
 * What the API answers beside views (reports, results, errors), as JSON Schema.
 */
import { ENCAPSULATIONS } from '../model/encapsulation.ts';
import type { NetworkManifest, PortManifest } from '../model/manifest.ts';
import { VNI_MAX } from '../model/records.ts';
import { type ApiErrorBody, STATUS_BY_CODE } from './api-error.ts';
import type {
  Applied,
  AppliedObject,
  FlowLine,
  FlowReport,
  NveProgress,
  Problem,
  ProcessReport,
  StatusReport,
  WaitResult,
} from './authority.ts';
import {
  boolean,
  count,
  listOf,
  named,
  object,
  oneOfWords,
  optional,
  type Schema,
  text,
} from './schema-shape.ts';

const NETWORK_MANIFEST = object<NetworkManifest>({
  kind: oneOfWords(['Network']),
  name: text(),
  vni: optional({
    type: 'integer',
    minimum: 0,
    maximum: VNI_MAX,
    description: 'absent: allocated',
  }),
  encapsulation: optional(listOf(oneOfWords(ENCAPSULATIONS))),
});

const PORT_MANIFEST = object<PortManifest>({
  kind: oneOfWords(['Port']),
  name: text(),
  network: text(),
  mac: text(),
  ips: listOf(text()),
});

const APPLIED_OBJECT = object<AppliedObject>({
  kind: text(),
  name: text(),
  result: oneOfWords(['created', 'changed', 'unchanged', 'deleted', 'absent']),
});

const APPLIED = object<Applied>({
  objects: listOf(APPLIED_OBJECT),
  revision: count("the store's revision that holds the change"),
});

const NVE_PROGRESS = object<NveProgress>({
  nve: text(),
  confirmed: boolean,
  reason: optional(text('why not, in one sentence')),
});

const WAIT_RESULT = object<WaitResult>({
  revision: count(),
  confirmed: { type: 'boolean', description: 'false: the timeout came first' },
  elapsedMs: { type: 'number', minimum: 0 },
  nves: listOf(NVE_PROGRESS),
});

const FLOW_LINE = object<FlowLine>({
  table: text(),
  text: text("in ovs-ofctl's words, without counters"),
  cause: optional(text('kind/name of the object that caused it; absent: not ours')),
  packets: optional(count()),
});

const FLOW_REPORT = object<FlowReport>({
  nve: text(),
  installed: listOf(named('FlowLine')),
  missing: listOf(named('FlowLine'), 'desired and not installed'),
  surplus: listOf(named('FlowLine'), 'installed with our mark and not desired'),
  groups: listOf(text(), 'groups that differ, in words'),
});

const PROCESS_REPORT = object<ProcessReport>({
  residentBytes: count(),
  heapUsedBytes: count(),
  cpuSeconds: { type: 'number', minimum: 0, description: 'user and system time since its start' },
  longestTurnMs: optional({
    type: 'number',
    minimum: 0,
    description:
      'the longest turn of its event loop since this was last asked; absent: it was not asked in the last 30 s',
  }),
});

const STATUS_REPORT = object<StatusReport>({
  instance: text(),
  domain: text(),
  version: text(),
  store: text(),
  storeAwaySince: optional({
    type: 'string',
    format: 'date-time',
    description: 'it has not answered since; absent: it answers',
  }),
  revision: count(),
  ready: boolean,
  uptimeSeconds: { type: 'number', minimum: 0 },
  counts: object<StatusReport['counts']>({
    networks: count(),
    ports: count(),
    portsActive: count(),
    nves: count(),
    nvesConnected: count(),
    nvesConfirmed: count(),
    instances: count(),
    instancesAlive: count(),
  }),
  process: PROCESS_REPORT,
  listeners: listOf(text()),
  problems: listOf(text()),
});

const BACKUP_LINE: Schema = {
  type: 'object',
  description: 'the head (format, version, domain, revision, records), a record, or the end',
  properties: {
    format: oneOfWords(['nva-backup']),
    version: count(),
    domain: text(),
    records: count('how many follow'),
    key: text('kind/name'),
    revision: count('of the store, or of the record'),
    value: { description: 'the record as it is stored' },
    end: count('how many records there were'),
    sha256: text('of all bytes before this line, hexadecimal'),
  },
};

const PROBLEM = object<Problem>({
  where: text('document 2, Port vm1, mac'),
  message: text(),
});

const ERROR = object<ApiErrorBody>({
  error: object<ApiErrorBody['error']>({
    code: oneOfWords(Object.keys(STATUS_BY_CODE)),
    message: text('one sentence'),
    problems: optional(listOf(PROBLEM)),
  }),
});

export interface Health {
  readonly status: 'ok';
  readonly version: string;
}

export interface Readiness {
  readonly ready: true;
}

const HEALTH = object<Health>({ status: oneOfWords(['ok']), version: text() });
const READINESS = object<Readiness>({ ready: boolean });

export const REPORT_SCHEMAS: Readonly<Record<string, Schema>> = {
  NetworkManifest: NETWORK_MANIFEST,
  PortManifest: PORT_MANIFEST,
  Manifest: { oneOf: [named('NetworkManifest'), named('PortManifest')] },
  Applied: APPLIED,
  WaitResult: WAIT_RESULT,
  FlowLine: FLOW_LINE,
  FlowReport: FLOW_REPORT,
  StatusReport: STATUS_REPORT,
  BackupLine: BACKUP_LINE,
  Health: HEALTH,
  Readiness: READINESS,
  Error: ERROR,
};
