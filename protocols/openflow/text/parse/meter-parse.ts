/**
 * Meters in ovs-ofctl's words, as add-meter, mod-meter and del-meters take them:
 * `meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=100`.
 *
 * Everything behind `band=` or `bands=` belongs to bands, and each begins with its type.
 * Source: ovs-ofctl(8) of Open vSwitch 3.1 ("Meter Syntax"); OpenFlow 1.3.5 §7.3.4.4.
 */
import {
  METER_BURST,
  METER_KBPS,
  METER_PKTPS,
  METER_STATS,
  type MeterBand,
  type MeterCommand,
  type MeterMod,
  OFPM_ALL,
  OFPM_CONTROLLER,
  OFPM_MAX,
  OFPM_SLOWPATH,
} from '../../values/meter.ts';
import { suggestion } from '../suggestion.ts';
import type { ParseResult } from './parse-result.ts';
import { numberAt, u32At } from './piece-parse.ts';
import { judged, type Piece, quoted, refuse } from './text-fault.ts';
import { cutWords, type Word } from './words.ts';

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['kbps', METER_KBPS],
  ['pktps', METER_PKTPS],
  ['burst', METER_BURST],
  ['stats', METER_STATS],
]);

const NAMED_METERS: ReadonlyMap<string, number> = new Map([
  ['all', OFPM_ALL],
  ['controller', OFPM_CONTROLLER],
  ['slowpath', OFPM_SLOWPATH],
]);

export interface MeterContext {
  readonly command: MeterCommand;
}

/** `''` deletes all meters; the other commands name one. */
export function parseMeterMod(text: string, { command }: MeterContext): ParseResult<MeterMod> {
  return judged(text, () => meterModOf(text, command));
}

function meterModOf(text: string, command: MeterCommand): MeterMod {
  if (command === 'delete') {
    const isAll = text.trim() === '';
    const meterId = isAll ? OFPM_ALL : headOf({ text, at: 0 }, command).meterId;
    return { command, meterId };
  }
  const [, before = '', name = ''] = /^(.*?)(bands?\s*=)/s.exec(text) ?? [];
  if (name === '') refuse(0, 'a meter has bands; add bands=type=drop,rate=N');
  const behind = before.length + name.length;
  const { meterId, flags } = headOf({ text: before, at: 0 }, command);
  if (flags === 0) refuse(0, 'in what does the meter count? add kbps or pktps');
  const bands = bandsOf({ text: text.slice(behind), at: behind }, (flags & METER_BURST) !== 0);
  return { command, meterId, flags, bands };
}

function headOf(piece: Piece, command: MeterCommand): { meterId: number; flags: number } {
  let meterId: number | undefined;
  let flags = 0;
  for (const word of wordsOf(piece)) {
    const flag = command === 'delete' ? undefined : FLAGS.get(word.key);
    if (flag !== undefined) flags |= flag;
    else if (word.key === 'meter') meterId = meterAt(word.value);
    else refuseWord(word, 'a meter', ['meter', ...(command === 'delete' ? [] : FLAGS.keys())]);
  }
  if (meterId === undefined) return refuse(0, 'which meter? add meter=N');
  return { meterId, flags };
}

/** Meters know the equals sign alone. */
function wordsOf(piece: Piece): Word[] {
  const words = cutWords(piece);
  const other = words.find(({ delimiter }) => delimiter === ':' || delimiter === '(');
  if (other !== undefined) refuse(other.at, `a meter is written with =, as in ${other.key}=VALUE`);
  return words;
}

function refuseWord({ key, at }: Word, what: string, known: readonly string[]): never {
  const near = suggestion(key, known) || `; it has ${known.join(', ')}`;
  return refuse(at, `${what} has no ${quoted(key)} here${near}`);
}

function meterAt(piece: Piece): number {
  const named = NAMED_METERS.get(piece.text);
  if (named !== undefined) return named;
  const id = u32At(piece, 'meter');
  if (id > 0 && id <= OFPM_MAX) return id;
  return refuse(
    piece.at,
    `meter: ${piece.text} is not a meter's number of 1 to ${OFPM_MAX}, nor controller, slowpath or all`,
  );
}

type BandType = 'drop' | 'dscp_remark';

interface BandWords {
  readonly at: number;
  readonly type: BandType;
  rate: number;
  burst: number;
  precedence: number;
}

const BAND_WORDS = ['type', 'rate', 'burst_size', 'prec_level'];

function bandsOf(piece: Piece, hasBurst: boolean): MeterBand[] {
  const bands: BandWords[] = [];
  for (const word of wordsOf(piece)) readBandWord(word, bands);
  if (bands.length === 0) refuse(piece.at, 'a meter has bands; add type=drop,rate=N behind bands=');
  return bands.map((band) => bandOf(band, hasBurst));
}

function readBandWord(word: Word, bands: BandWords[]): void {
  const { key, at, value } = word;
  if (key === 'type') {
    bands.push({ at, type: bandTypeAt(value), rate: 0, burst: 0, precedence: 0 });
    return;
  }
  const band = bands.at(-1);
  if (band === undefined) refuse(at, 'a band begins with its type; put type=drop before');
  if (key === 'rate') band.rate = u32At(value, key);
  else if (key === 'burst_size') band.burst = u32At(value, key);
  else if (key === 'prec_level') band.precedence = numberAt(value, key, 8);
  else refuseWord(word, 'a band', BAND_WORDS);
}

function bandTypeAt({ text, at }: Piece): BandType {
  if (text === 'drop' || text === 'dscp_remark') return text;
  return refuse(at, `${quoted(text)} is no type of band; it is drop or dscp_remark`);
}

function bandOf({ at, type, rate, burst, precedence }: BandWords, hasBurst: boolean): MeterBand {
  if (rate === 0) refuse(at, 'above which rate does the band act? add rate=N');
  if (hasBurst && burst === 0) refuse(at, 'a meter with burst has bands with burst_size; add it');
  if (!hasBurst && burst !== 0) refuse(at, 'burst_size needs burst among the words before bands=');
  if (type === 'drop') {
    if (precedence !== 0) refuse(at, 'prec_level belongs to dscp_remark; a drop band has none');
    return { type, rate, burst };
  }
  if (precedence === 0) refuse(at, 'a dscp_remark band lowers by prec_level; add prec_level=N');
  return { type, rate, burst, precedence };
}
