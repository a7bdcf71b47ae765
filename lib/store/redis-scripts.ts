/**
 * What runs inside of Redis: one Lua script per operation, so that each is atomic and costs one command.
 *
 * The keys of a domain D share the hash tag {D}, which keeps them in one slot of a Cluster:
 *
 *   nva:{D}:meta      hash: format, domain, incarnation, revision, nonce, base, base-nonce, count, feed-bytes
 *   nva:{D}:records   hash: key → "REVISION CANONICAL-JSON"
 *   nva:{D}:feed      stream: one entry per batch, id REVISION-NONCE; p: the nonce of the batch before it;
 *                     b: key and text on alternate lines (an empty text: deleted)
 *   nva:{D}:members   hash: name → time, beat, stamp of the body, run and head, a line each
 *   nva:{D}:bodies    hash: name → body
 *   nva:{D}:staging:* hash: records of a restore under way; expires
 *
 * The nonce is drawn anew for every batch: two histories that part at a revision differ in it from there on. The
 * incarnation is drawn when the domain is first written; base is the revision at which the feed began.
 *
 * Every answer is a list whose first item is a word. Sources: redis.io, "Scripting with Lua"; commands as of 6.2.
 */
import { createHash } from 'node:crypto';

export const STORE_FORMAT = 1;

export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

export interface DomainKeys {
  readonly meta: string;
  readonly records: string;
  readonly feed: string;
  readonly members: string;
  readonly bodies: string;
  readonly staging: string;
}

export function domainKeys(domain: string): DomainKeys {
  const key = (name: string): string => `nva:{${domain}}:${name}`;
  return {
    meta: key('meta'),
    records: key('records'),
    feed: key('feed'),
    members: key('members'),
    bodies: key('bodies'),
    staging: key('staging'),
  };
}

/**
 * KEYS: meta, records, feed. ARGV: domain, incarnation ('' when none was met), then the script's own.
 *
 * head(): nil for a domain that was never written or is emptied; a table otherwise; an answer in the second place when
 * what is there cannot be used. agrees(): false when the store's history does not have this revision and nonce.
 */
const HEAD = `
local META, RECORDS, FEED = KEYS[1], KEYS[2], KEYS[3]
local DOMAIN, KNOWN = ARGV[1], ARGV[2]
local function text(number) return string.format('%.0f', number) end
local function head()
  local m = redis.call('HMGET', META, 'format', 'domain', 'incarnation', 'revision', 'nonce', 'base', 'base-nonce', 'count', 'feed-bytes')
  local records = redis.call('HLEN', RECORDS)
  redis.call('XLEN', FEED)
  if not m[1] then
    if redis.call('EXISTS', META) == 1 then return nil, {'foreign', META} end
    if records > 0 then return nil, {'headless', RECORDS} end
    return nil, nil
  end
  if m[1] ~= '${STORE_FORMAT}' then return nil, {'format', m[1]} end
  if m[2] ~= DOMAIN or not m[3] or not m[4] or not m[5] then return nil, {'foreign', META} end
  if records == 0 and tonumber(m[8] or '0') > 0 then return nil, nil end
  return {incarnation = m[3], revision = tonumber(m[4]), nonce = m[5], base = tonumber(m[6] or '0'),
    baseNonce = m[7] or '0', feedBytes = tonumber(m[9] or '0')}, nil
end
local function agrees(h, revision, nonce)
  revision = tonumber(revision)
  if revision == 0 then return true end
  if not h or h.incarnation ~= KNOWN or revision > h.revision then return false end
  if revision == h.revision then return nonce == h.nonce end
  if revision == h.base then return nonce == h.baseNonce end
  local entry = redis.call('XRANGE', FEED, text(revision), text(revision), 'COUNT', 1)[1]
  return not entry or entry[1] == text(revision) .. '-' .. nonce
end
local function answer(word, h)
  if not h then return {word, '', '0', '0'} end
  return {word, h.incarnation, text(h.revision), h.nonce}
end
`;

/** ARGV 3…: pairs of revision and nonce that must be in the history. → ok|fork, incarnation, revision, nonce */
const LOOK = `
local h, fault = head()
if fault then return fault end
for i = 3, #ARGV, 2 do
  if not agrees(h, ARGV[i], ARGV[i + 1]) then return answer('fork', h) end
end
return answer('ok', h)
`;

/**
 * ARGV 3…: position (revision, nonce), incarnation for a new domain, nonce of the batch, batches and bytes that the
 * feed keeps, preconditions and writes as lines of key and word. → ok, incarnation, revision, nonce
 * | fork, … | precondition, key, present revision or absent
 *
 * The first write is an HSET, which Redis refuses when it is out of memory or may not write: then nothing was written.
 */
const APPLY = `
local h, fault = head()
if fault then return fault end
if not agrees(h, ARGV[3], ARGV[4]) then return answer('fork', h) end
local feedMax, feedBytesMax, requires, writes = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9], ARGV[10]
local STEP = 500
local function lines(source, visit)
  local keys, words = {}, {}
  for key, word in string.gmatch(source, '([^\\n]*)\\n([^\\n]*)\\n') do
    keys[#keys + 1], words[#words + 1] = key, word
    if #keys == STEP then
      local stop = visit(keys, words, redis.call('HMGET', RECORDS, unpack(keys)))
      if stop then return stop end
      keys, words = {}, {}
    end
  end
  if #keys > 0 then return visit(keys, words, redis.call('HMGET', RECORDS, unpack(keys))) end
end
local refused = lines(requires, function(keys, words, present)
  for i = 1, #keys do
    local revision = present[i] and string.match(present[i], '^%d+') or 'absent'
    if revision ~= words[i] then return {'precondition', keys[i], revision} end
  end
end)
if refused then return refused end
local effect, puts, deletes, left = {}, {}, {}, 0
local revision = text((h and h.revision or 0) + 1)
lines(writes, function(keys, words, present)
  for i = 1, #keys do
    local value = present[i] and string.match(present[i], '^%d+ (.*)$') or ''
    if value == words[i] then
      left = left + 1
    else
      effect[#effect + 1], effect[#effect + 2] = keys[i], words[i]
      if words[i] == '' then
        deletes[#deletes + 1] = keys[i]
      else
        puts[#puts + 1], puts[#puts + 2] = keys[i], revision .. ' ' .. words[i]
      end
    end
  end
end)
if #effect == 0 then return answer('ok', h) end
local payload = writes
if left > 0 then payload = table.concat(effect, '\\n') .. '\\n' end
local nonce = ARGV[6]
local incarnation = h and h.incarnation or ARGV[5]
local bytes = (h and h.feedBytes or 0) + #payload
if not h then
  redis.call('HSET', META, 'format', '${STORE_FORMAT}', 'domain', DOMAIN, 'incarnation', incarnation, 'base', '0', 'base-nonce', '0')
end
redis.call('HSET', META, 'revision', revision, 'nonce', nonce)
for from = 1, #puts, 2 * STEP do
  redis.call('HSET', RECORDS, unpack(puts, from, math.min(from + 2 * STEP - 1, #puts)))
end
for from = 1, #deletes, STEP do
  redis.call('HDEL', RECORDS, unpack(deletes, from, math.min(from + STEP - 1, #deletes)))
end
if not h then redis.call('DEL', FEED) end
redis.call('XADD', FEED, revision .. '-' .. nonce, 'p', h and h.nonce or '0', 'b', payload)
local newest, keep, from = tonumber(revision), nil, '-'
while redis.call('XLEN', FEED) > feedMax or bytes > feedBytesMax do
  local entry = redis.call('XRANGE', FEED, from, '+', 'COUNT', 1)[1]
  local oldest = tonumber(string.match(entry[1], '^%d+'))
  if oldest >= newest or (newest - oldest < feedMax and bytes <= feedBytesMax) then break end
  bytes = bytes - #entry[2][4]
  redis.call('XTRIM', FEED, 'MINID', text(oldest + 1))
end
redis.call('HSET', META, 'count', redis.call('HLEN', RECORDS), 'feed-bytes', text(math.max(bytes, 0)))
return {'ok', incarnation, revision, nonce}
`;

/** ARGV 3: lines of revision and nonce, newest first. → ok, the first that is in the history, or 0 */
const ANCESTOR = `
local h, fault = head()
if fault then return fault end
if not h or h.incarnation ~= KNOWN then return {'ok', '0'} end
for revision, nonce in string.gmatch(ARGV[3], '(%d+) (%d+)\\n') do
  local number = tonumber(revision)
  if number == h.revision and nonce == h.nonce then return {'ok', revision} end
  if number == h.base and nonce == h.baseNonce then return {'ok', revision} end
  if number < h.base then return {'ok', '0'} end
  if number < h.revision then
    local id = revision .. '-' .. nonce
    if redis.call('XRANGE', FEED, id, id, 'COUNT', 1)[1] then return {'ok', revision} end
  end
end
return {'ok', '0'}
`;

/** KEYS 4: staging. ARGV 3…: revision, nonce, number of records. → ok | full | staging (it is not complete) */
const RESTORE = `
local h, fault = head()
if fault then return fault end
if h and (h.revision > 0 or redis.call('HLEN', RECORDS) > 0) then return {'full'} end
if redis.call('HLEN', KEYS[4]) ~= tonumber(ARGV[5]) then return {'staging'} end
redis.call('HSET', META, 'format', '${STORE_FORMAT}', 'domain', DOMAIN, 'incarnation', KNOWN, 'revision', ARGV[3],
  'nonce', ARGV[4], 'base', ARGV[3], 'base-nonce', ARGV[4], 'count', ARGV[5], 'feed-bytes', '0')
redis.call('DEL', FEED, RECORDS)
if ARGV[5] ~= '0' then
  redis.call('RENAME', KEYS[4], RECORDS)
  redis.call('PERSIST', RECORDS)
end
return {'ok'}
`;

/** ARGV 3…: keys. → ok, revision, then each key's value or false, all of one moment */
const PEEK = `
local h, fault = head()
if fault then return fault end
local found = {'ok', h and text(h.revision) or '0'}
for i = 3, #ARGV do found[i] = redis.call('HGET', RECORDS, ARGV[i]) end
return found
`;

/** A member that was silent for so long is forgotten. */
const MEMBER_SILENCE_MAX_MS = 86_400_000;

/**
 * KEYS 4, 5: members, bodies. ARGV 3…: two positions, then announce|members, name, run, whether it is the first
 * announcement, head, stamp of the body, body ('' when the store should have it), then pairs of a name and the stamp
 * of the body that the caller has. → ok|fork, incarnation, revision, nonce, then name, entry, body or '' for each
 * | taken | body (the store does not have it: send it)
 */
const MEMBERS = `
local h, fault = head()
if fault then return fault end
local found = answer('ok', h)
if not agrees(h, ARGV[3], ARGV[4]) or not agrees(h, ARGV[5], ARGV[6]) then found[1] = 'fork' end
local MEMBERS, BODIES = KEYS[4], KEYS[5]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function fields(entry) return string.match(entry, '^(%d+)\\n(%d+)\\n([^\\n]*)\\n([^\\n]*)\\n') end
if ARGV[7] == 'announce' then
  local name, run, first, word, stamp, body = ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13]
  local beat, before, old = 0, nil, redis.call('HGET', MEMBERS, name)
  if old then
    local time, oldBeat, oldStamp, oldRun = fields(old)
    if first == '0' and oldRun ~= run then return {'taken'} end
    beat, before = tonumber(oldBeat) or 0, oldStamp
  end
  if body == '' and before ~= stamp then return {'body'} end
  if body ~= '' then redis.call('HSET', BODIES, name, body) end
  redis.call('HSET', MEMBERS, name, text(now) .. '\\n' .. text(beat + 1) .. '\\n' .. stamp .. '\\n' .. run .. '\\n' .. word)
end
local cached = {}
for i = 14, #ARGV, 2 do cached[ARGV[i]] = ARGV[i + 1] end
local all = redis.call('HGETALL', MEMBERS)
for i = 1, #all, 2 do
  local name, entry = all[i], all[i + 1]
  local heard, beat, stamp = fields(entry)
  if now - (tonumber(heard) or 0) > ${MEMBER_SILENCE_MAX_MS} then
    if ARGV[7] == 'announce' then
      redis.call('HDEL', MEMBERS, name)
      redis.call('HDEL', BODIES, name)
    end
  else
    local body = ''
    if cached[name] ~= stamp then body = redis.call('HGET', BODIES, name) or '' end
    found[#found + 1], found[#found + 2], found[#found + 3] = name, entry, body
  end
end
return found
`;

function script(body: string): RedisScript {
  const text = `${HEAD.trim()}\n${body.trim()}\n`;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

export const LOOK_SCRIPT = script(LOOK);
export const APPLY_SCRIPT = script(APPLY);
export const ANCESTOR_SCRIPT = script(ANCESTOR);
export const RESTORE_SCRIPT = script(RESTORE);
export const PEEK_SCRIPT = script(PEEK);
export const MEMBERS_SCRIPT = script(MEMBERS);
