/**
 * Actions that send a packet somewhere: output, controller, enqueue, group, resubmit, bundle, sample, and a port's bare name or
 * number.
 *
 * Trap: controller:N is a plain output to the controller as long as nothing but the length is said; enqueue is three actions
 * from OpenFlow 1.1 on; resubmit:PORT is sent as a resubmit to table 255, which is the current one.
 * Source: ovs-actions(7) of Open vSwitch 3.1.
 */
import type { Action, ControllerReason } from '../../values/actions.ts';
import { OFPCML_NO_BUFFER, OFPP_ANY, OFPP_CONTROLLER, OFPP_IN_PORT } from '../../values/ports.ts';
import { judging, plain, type Step, type StepParser } from './action-step.ts';
import { parseSubfield } from './field-parse.ts';
import {
  bytesAt,
  isPortOfSwitch,
  numberAt,
  outputPortAt,
  portAt,
  tableAt,
  U16_MAX,
  u32At,
} from './piece-parse.ts';
import { type Piece, quoted, refuse } from './text-fault.ts';
import { parsePort } from './value-number-parse.ts';
import { cutList, cutWords, lookUp, type Word } from './words.ts';

/** A truncated packet keeps its Ethernet header. */
const TRUNCATED_MIN_BYTES = 14;

const parseOutput: StepParser = (word) => {
  const { value } = word;
  if (/port/.test(value.text) && /max_len/.test(value.text)) return parseTruncated(word);
  const port = parsePort(word.key, value.text);
  if (port.ok) return plain(word, outputTo(outputPortAt(value, word.key)));
  const from = parseSubfield(value.text);
  if (!from.ok) return refuse(value.at, value.text.includes('[') ? from.error : port.error);
  return judging(word, (packet) => {
    packet.needSubfield(from.value, word.at);
    return [{ type: 'output_reg', from: from.value, maxLen: OFPCML_NO_BUFFER }];
  });
};

function outputTo(port: number): Action {
  return port === OFPP_CONTROLLER
    ? { type: 'output', port, maxLen: OFPCML_NO_BUFFER }
    : { type: 'output', port };
}

/** output(port=N,max_len=M) */
function parseTruncated(word: Word): Step {
  let port: number | undefined;
  let maxLen: number | undefined;
  for (const { key, at, value } of cutWords(word.value)) {
    if (key === 'port') port = truncatedPort(value);
    else if (key === 'max_len') maxLen = u32At(value, key);
    else refuse(at, `output(...) takes port= and max_len=, not ${quoted(key)}`);
  }
  if (port === undefined || maxLen === undefined) {
    return refuse(word.at, 'a truncated output is written output(port=PORT,max_len=BYTES)');
  }
  if (maxLen < TRUNCATED_MIN_BYTES) {
    refuse(
      word.at,
      `max_len=${maxLen} cuts the Ethernet header; ${TRUNCATED_MIN_BYTES} is the least`,
    );
  }
  return plain(word, { type: 'output_trunc', port, maxLen });
}

function truncatedPort(value: Piece): number {
  const port = portAt(value, 'port');
  if (!isPortOfSwitch(port)) {
    refuse(
      value.at,
      `a truncated packet cannot go to ${value.text}; only to a port of the switch, LOCAL or IN_PORT`,
    );
  }
  return port;
}

/** `1`, `LOCAL`, `in_port`: a port that stands for an output to it. */
export function parseBarePort(word: Word, port: number): Step {
  if (word.value.text !== '') {
    refuse(
      word.value.at,
      `an output to port ${word.key} takes no value; write actions with commas between them`,
    );
  }
  outputPortAt({ text: word.key, at: word.at }, 'output');
  return plain(word, { type: 'output', port });
}

const REASONS: readonly ControllerReason[] = [
  'no_match',
  'action',
  'invalid_ttl',
  'action_set',
  'group',
  'packet_out',
];

interface ControllerWords {
  reason?: ControllerReason;
  maxLen?: number;
  controllerId?: number;
  userdata?: Uint8Array;
  pause?: boolean;
  meterId?: number;
}

const CONTROLLER_KEYS: Readonly<Record<string, (value: Piece) => ControllerWords>> = {
  reason: (value) => ({ reason: reasonAt(value) }),
  max_len: (value) => ({ maxLen: numberAt(value, 'max_len', 16) }),
  id: (value) => ({ controllerId: numberAt(value, 'id', 16) }),
  userdata: (value) => ({ userdata: bytesAt(value, 'userdata') }),
  pause: () => ({ pause: true }),
  meter_id: (value) => ({ meterId: u32At(value, 'meter_id') }),
};

function reasonAt({ text, at }: Piece): ControllerReason {
  const reason = REASONS.find((name) => name === text.toLowerCase());
  if (reason !== undefined) return reason;
  return refuse(at, `${quoted(text)} is no reason; they are ${REASONS.join(', ')}`);
}

const parseController: StepParser = (word) => {
  if (/^[0-9]*$/.test(word.value.text)) {
    const all = word.value.text === '';
    return plain(word, {
      ...{ type: 'output', port: OFPP_CONTROLLER },
      maxLen: all ? U16_MAX : numberAt(word.value, word.key, 16),
    });
  }
  let words: ControllerWords = {};
  for (const inner of cutWords(word.value)) {
    words = { ...words, ...lookUp(CONTROLLER_KEYS, word, inner)(inner.value) };
  }
  return plain(word, controllerAction(words));
};

/** As few words as say it: a plain output where nothing but the length is said. */
function controllerAction(words: ControllerWords): Action {
  const { reason = 'action', maxLen = U16_MAX, controllerId = 0, userdata, pause, meterId } = words;
  const isPlain = reason === 'action' && controllerId === 0 && userdata === undefined;
  if (isPlain && pause === undefined && (meterId ?? NO_METER) === NO_METER) {
    return { type: 'output', port: OFPP_CONTROLLER, maxLen };
  }
  return {
    type: 'controller',
    ...(maxLen === U16_MAX ? {} : { maxLen }),
    ...(controllerId === 0 ? {} : { controllerId }),
    ...(reason === 'action' ? {} : { reason }),
    ...(userdata === undefined || userdata.length === 0 ? {} : { userdata }),
    ...(pause === undefined ? {} : { pause }),
    ...(meterId === undefined || meterId === NO_METER ? {} : { meterId }),
  };
}

/** NX_CTLR_NO_METER */
const NO_METER = 0;

/** enqueue:PORT:QUEUE, enqueue(PORT,QUEUE) */
const parseEnqueue: StepParser = (word) => {
  const [port, queue, surplus] = cutList(word.value, ':q,');
  const doubled = /[:q,]{2}/.test(word.value.text);
  if (port === undefined || queue === undefined || surplus !== undefined || doubled) {
    return refuse(word.at, `${word.key} is written ${word.key}:PORT:QUEUE`);
  }
  const number = portAt(port, word.key);
  if (!isPortOfSwitch(number)) {
    refuse(
      port.at,
      `${word.key}: ${port.text} has no queues; give a port of the switch, LOCAL or IN_PORT`,
    );
  }
  const queueId = u32At(queue, word.key);
  return plain(
    word,
    { type: 'set_queue', queueId },
    { type: 'output', port: number, maxLen: U16_MAX },
    { type: 'pop_queue' },
  );
};

const parseGroup: StepParser = (word) =>
  plain(word, { type: 'group', groupId: u32At(word.value, word.key) });

const parseSetQueue: StepParser = (word) =>
  plain(word, { type: 'set_queue', queueId: u32At(word.value, word.key) });

const CURRENT_TABLE = 255;

/** resubmit:PORT, resubmit(PORT,TABLE), resubmit(,TABLE), resubmit(,TABLE,ct) */
const parseResubmit: StepParser = (word) => {
  const [port, table, ct, surplus] = commaParts(word.value);
  if (surplus !== undefined)
    refuse(surplus.at, `${word.key} is written ${word.key}(PORT,TABLE,ct)`);
  const inPort = isEmpty(port) ? OFPP_IN_PORT : portAt(port, word.key);
  const tableNumber = isEmpty(table) ? CURRENT_TABLE : tableAt(table, word.key);
  if (inPort === OFPP_IN_PORT && tableNumber === CURRENT_TABLE) {
    refuse(word.at, `${word.key} needs a table or a port, else it would find the same flow again`);
  }
  const withCt = !isEmpty(ct);
  if (withCt && ct.text !== 'ct')
    refuse(ct.at, `${word.key} takes ct there, not ${quoted(ct.text)}`);
  return judging(word, (packet) => {
    packet.need(
      !withCt || packet.hasConnection,
      word.at,
      `${word.key} with ct needs packets that conntrack knows; add ct_state=+trk-inv to the match`,
    );
    return [
      {
        ...{ type: 'resubmit', table: tableNumber },
        ...(inPort === OFPP_IN_PORT ? {} : { port: inPort }),
        ...(withCt ? { ct: true } : {}),
      },
    ];
  });
};

function isEmpty(piece: Piece | undefined): piece is undefined {
  return piece === undefined || piece.text === '';
}

/** Between commas, the empty parts too. */
function commaParts({ text, at }: Piece): Piece[] {
  let begin = at;
  return text.split(',').map((part) => {
    const piece = { text: part, at: begin };
    begin += part.length + 1;
    return piece;
  });
}

type Sample = Extract<Action, { type: 'sample' }>;

const SAMPLE_KEYS: Readonly<Record<string, (word: Word) => Partial<Sample>>> = {
  probability: ({ key, value }) => ({ probability: numberAt(value, key, 16) }),
  collector_set_id: ({ key, value }) => ({ collectorSetId: u32At(value, key) }),
  obs_domain_id: ({ key, value }) => ({ domainId: u32At(value, key) }),
  obs_point_id: ({ key, value }) => ({ pointId: u32At(value, key) }),
  sampling_port: ({ key, value }) => ({ samplingPort: portAt(value, key) }),
  ingress: () => ({ direction: 'ingress' }),
  egress: () => ({ direction: 'egress' }),
};

const parseSample: StepParser = (word) => {
  let words: Partial<Sample> = {};
  for (const inner of cutWords(word.value)) {
    words = { ...words, ...lookUp(SAMPLE_KEYS, word, inner)(inner) };
  }
  const { probability = 0, samplingPort = OFPP_ANY, ...rest } = words;
  if (probability === 0) {
    refuse(word.at, `${word.key} needs probability=N, how many of 65535 packets, from 1 on`);
  }
  return plain(word, {
    ...{ type: 'sample', probability, collectorSetId: 0, domainId: 0, pointId: 0 },
    ...rest,
    ...(samplingPort === OFPP_ANY ? {} : { samplingPort }),
  });
};

/** fin_timeout(idle_timeout=SECONDS,hard_timeout=SECONDS) */
const parseFinTimeout: StepParser = (word) => {
  const timeouts = { idle_timeout: 0, hard_timeout: 0 };
  for (const { key, at, value } of cutWords(word.value)) {
    if (key !== 'idle_timeout' && key !== 'hard_timeout') {
      return refuse(at, `${word.key} has idle_timeout and hard_timeout, not ${quoted(key)}`);
    }
    timeouts[key] = numberAt(value, key, 16);
  }
  const { idle_timeout: idleTimeout, hard_timeout: hardTimeout } = timeouts;
  return judging(word, (packet) => {
    packet.expect(
      packet.ipProto === TCP,
      word.at,
      `${word.key} waits for the end of TCP connections; add tcp to the match`,
    );
    return [{ type: 'fin_timeout', idleTimeout, hardTimeout }];
  });
};

const TCP = 6;

export const OUTPUT_STEPS: Readonly<Record<string, StepParser>> = {
  output: parseOutput,
  output_reg: parseOutput,
  controller: parseController,
  enqueue: parseEnqueue,
  group: parseGroup,
  set_queue: parseSetQueue,
  resubmit: parseResubmit,
  sample: parseSample,
  fin_timeout: parseFinTimeout,
};
