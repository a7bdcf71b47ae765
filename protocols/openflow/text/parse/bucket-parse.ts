/**
 * Buckets of a group in ovs-ofctl's words: `bucket_id:1,weight:2,watch_port:3,actions=output:4,resubmit(,5)`.
 *
 * What is no setting of the bucket is one of its actions, with `actions=` before it or not.
 * Trap: a bucket without a number gets the lowest that no later bucket has; one that stands before may have it.
 * Source: ovs-ofctl(8) of Open vSwitch 3.1 ("Group Syntax"); OpenFlow 1.5.1 §7.3.4.3.1.
 */
import { BUCKET_ID_MAX } from '../../values/commands.ts';
import type { Bucket, GroupType } from '../../values/group.ts';
import { OFPP_ANY, OFPP_CONTROLLER, OFPP_MAX } from '../../values/ports.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { suggestion } from '../suggestion.ts';
import { ACTION_WORDS, actionsAt } from './action-parse.ts';
import { numberAt, portAt, u32At } from './piece-parse.ts';
import { type Piece, quoted, refuse } from './text-fault.ts';
import { cutWords, type Word } from './words.ts';

/** OFPG_MAX */
export const GROUP_ID_MAX = 0xffffff00;

export interface BucketContext {
  readonly version: OpenFlowVersion;
  readonly type: GroupType;
  /** Inserted ones may have a weight whatever the group is: its type is not told. */
  readonly isInserted: boolean;
  /** Takes what there is to tell of the buckets. */
  readonly warnings: string[];
}

type BucketWords = Omit<Bucket, 'bucketId' | 'actions'> & { bucketId?: number };

export function bucketsAt(pieces: readonly Piece[], context: BucketContext): readonly Bucket[] {
  if (context.type === 'indirect' && pieces[1] !== undefined) {
    refuse(pieces[1].at, 'an indirect group has one bucket; use type=all for more');
  }
  const buckets = pieces.map((piece) => bucketAt(piece, context));
  if (context.version >= 6) return numbered(buckets);
  if (buckets.some(({ bucketId }, place) => bucketId !== undefined && bucketId !== place)) {
    context.warnings.push(
      'bucket_id is left out: OpenFlow 1.5 alone has numbers of buckets; give -O OpenFlow15',
    );
  }
  return numbered(buckets.map(withoutNumber));
}

/**
 * As ovs-ofctl does it: the first bucket without a number looks at those behind it alone, so that it may take the number of one
 * before it.
 */
function numbered(buckets: readonly BucketText[]): Bucket[] {
  const first = buckets.findIndex(({ bucketId }) => bucketId === undefined);
  const used = new Set(buckets.slice(Math.max(first, 0)).map(({ bucketId }) => bucketId));
  let next = 0;
  return buckets.map(({ bucketId, ...bucket }) => {
    if (bucketId !== undefined) return { bucketId, ...bucket };
    while (used.has(next)) next++;
    next++;
    return { bucketId: next - 1, ...bucket };
  });
}

/** Before OpenFlow 1.5 a bucket's place is its number. */
function withoutNumber({ bucketId: _bucketId, ...bucket }: BucketText): BucketText {
  return bucket;
}

type BucketText = BucketWords & Pick<Bucket, 'actions'>;

const BUCKET_KEYS: Readonly<Record<string, (value: Piece) => BucketWords>> = {
  weight: (value) => ({ weight: numberAt(value, 'weight', 16) }),
  watch_port: (value) => watchPortAt(value),
  watch_group: (value) => ({ watchGroup: watchGroupAt(value) }),
  bucket_id: (value) => ({ bucketId: bucketIdAt(value) }),
};

function bucketAt(piece: Piece, context: BucketContext): BucketText {
  const { type } = context;
  let words: BucketWords = {};
  const actionWords: Word[] = [];
  let hasActions = false;
  for (const word of cutWords(piece)) {
    const key = word.key.toLowerCase();
    const read = Object.hasOwn(BUCKET_KEYS, key) ? BUCKET_KEYS[key] : undefined;
    hasActions ||= read === undefined;
    if (read !== undefined) words = { ...words, ...read(word.value) };
    else if (key === 'action' || key === 'actions') actionWords.push(...cutWords(word.value));
    else actionWords.push(knownWord(word));
  }
  if (!hasActions)
    refuse(piece.at, 'what does the bucket do? add actions=, as in bucket=actions=output:1');
  const { watchPort, watchGroup } = words;
  if (type === 'ff' && watchPort === undefined && watchGroup === undefined) {
    refuse(
      piece.at,
      'a bucket of a fast failover group watches something; add watch_port or watch_group',
    );
  }
  const weight = weightOf(words, piece, context);
  const actions = actionsAt(actionWords, context);
  const { weight: _weight, ...rest } = words;
  return { ...rest, ...(weight === undefined ? {} : { weight }), actions };
}

/** Misspelled settings fall among the actions; they are told apart where no action comes near. */
function knownWord(word: Word): Word {
  const { key, at } = word;
  if (ACTION_WORDS.includes(key) || /^[0-9]+$/.test(key)) return word;
  const near = suggestion(key, [...Object.keys(BUCKET_KEYS), 'actions']);
  if (near === '' || suggestion(key, ACTION_WORDS) !== '') return word;
  return refuse(at, `a bucket has no ${quoted(key)}${near}`);
}

/** Of a select group's bucket 1 where none is given; of others none. */
function weightOf(
  { weight }: BucketWords,
  { at }: Piece,
  { type, isInserted }: BucketContext,
): number | undefined {
  if (type === 'select') return weight ?? 1;
  if (weight === undefined || weight === 0) return undefined;
  if (!isInserted) refuse(at, 'buckets have weights in select groups alone; leave weight out');
  return weight;
}

function watchPortAt(piece: Piece): BucketWords {
  const port = portAt(piece, 'watch_port');
  if (port === OFPP_ANY) return {};
  if (port < OFPP_MAX || port === OFPP_CONTROLLER) return { watchPort: port };
  return refuse(piece.at, `watch_port: ${piece.text} cannot be watched; give a port of the switch`);
}

function watchGroupAt(piece: Piece): number {
  const id = u32At(piece, 'watch_group');
  if (id <= GROUP_ID_MAX) return id;
  return refuse(
    piece.at,
    `watch_group: ${piece.text} is not a group's number of 0 to ${GROUP_ID_MAX}`,
  );
}

function bucketIdAt(piece: Piece): number {
  const id = u32At(piece, 'bucket_id');
  if (id <= BUCKET_ID_MAX) return id;
  return refuse(
    piece.at,
    `bucket_id: ${piece.text} is not a bucket's number of 0 to ${BUCKET_ID_MAX}`,
  );
}
