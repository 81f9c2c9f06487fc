/**
 * The verbs of the store as scripts: each runs alone in the server, and takes one round trip.
 *
 * A script reads the user's record (`user-record.ts`), tests the verb's condition, and writes the
 * changed text. It answers `1` or `0`, for done or not, and the record as it was before: the caller
 * knows what a done verb changes. No script looks at a clock, and none judges a lease by time.
 * `PX` counts from the write, and only tidies up.
 */

/**
 * Shared by all verbs. `put` writes the record with its next version, and keeps it for the longer
 * of what was kept and what is asked. `text` begins with the line feed that ends the first line.
 */
const COMMON = `
local find, sub, call = string.find, string.sub, redis.call
local record = call('GET', KEYS[1])
local function at(text, sign, from) return (find(text, sign, from, true)) end
local function put(version, kept, asked, text)
  if kept ~= '-' and (asked == '-' or tonumber(asked) > tonumber(kept)) then kept = asked end
  text = version .. '\\t' .. kept .. text
  if kept == '-' then call('SET', KEYS[1], text) else call('SET', KEYS[1], text, 'PX', kept) end
end
local function change(text, asked)
  local tab = at(record, '\\t', 1)
  local line = at(record, '\\n', tab)
  put(string.format('%.0f', tonumber(sub(record, 1, tab - 1)) + 1), sub(record, tab + 1, line - 1), asked, text)
end
`

/** Finds the line of the lease `ARGV[1]`, and of the generation `ARGV[2]` if that is not empty. */
const FIND_LEASE = `
if not record then return '0' end
local from, head = find(record, '\\n' .. ARGV[1] .. '\\t', 1, true)
if not from then return '0' .. record end
local tab = at(record, '\\t', head + 1)
if ARGV[2] ~= '' and sub(record, head + 1, tab - 1) ~= ARGV[2] then return '0' .. record end
`

/**
 * `add(id, capacity, line, kept, firstVersion, soleDevice, deviceHead, usedAtMs)`. `soleDevice` is
 * empty or the device as JSON without its first quotation mark. `deviceHead` is empty unless the
 * device must be registered.
 */
const ADD = `${COMMON}
local capacity, added, kept, sole, device = tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[6], ARGV[7]
if not record then
  if capacity < 1 or device ~= '' then return '0' end
  put(ARGV[5], kept, kept, '\\n\\t\\t\\n\\n\\n' .. added)
  return '1'
end
local held, line = 0, at(record, '\\n"', 1)
while line do
  held = held + 1
  if sole ~= '' then
    local own = sub(record, line + 1, at(record, '\\t', line) - 1)
    local sign = at(own, '@', 1)
    if sign and sub(own, sign + 1) == sole then return '0' .. record end
  end
  line = at(record, '\\n"', line + 1)
end
if held >= capacity or find(record, '\\n' .. ARGV[1] .. '\\t', 1, true) then return '0' .. record end
local text = sub(record, at(record, '\\n', 1))
if device ~= '' then
  local _, used = find(text, device, 1, true)
  if not used then return '0' .. record end
  text = sub(text, 1, used) .. ARGV[8] .. sub(text, at(text, '\\2', used + 1))
end
change(text .. '\\n' .. added, kept)
return '1' .. record
`

/** `renew(id, generation, renewedAtMs, expiresAtMs, reportedAtMs, reportedContentId, kept)`. */
const RENEW = `${COMMON}${FIND_LEASE}
local renewed = at(record, '\\t', tab + 1)
local expires = at(record, '\\t', renewed + 1)
local reported = at(record, '\\t', expires + 1)
local facts = at(record, '\\t', reported + 1)
local content = sub(record, reported + 1, facts - 1)
if content == '' then content = ARGV[6] end
local line = at(record, '\\n', 1)
local times = ARGV[3] .. '\\t' .. ARGV[4] .. '\\t' .. ARGV[5] .. '\\t' .. content
change(sub(record, line, tab) .. times .. sub(record, facts), ARGV[7])
return '1' .. record
`

/**
 * `remove(id, generation, note, untilMs, kept)`. The note before is remembered by its end alone, if
 * that is later than what was forgotten already.
 */
const REMOVE = `${COMMON}${FIND_LEASE}
local first = at(record, '\\n', 1)
local second = at(record, '\\n', first + 1)
local note = at(record, '\\t', first + 1)
local ends = at(record, '\\t', note + 1)
local former, forgotten = sub(record, note + 1, ends - 1), sub(record, ends + 1, second - 1)
if former ~= '' and (forgotten == '' or tonumber(former) > tonumber(forgotten)) then forgotten = former end
local after = at(record, '\\n', from + 1)
local stops = '\\n' .. ARGV[3] .. '\\t' .. ARGV[4] .. '\\t' .. forgotten
change(stops .. sub(record, second, from - 1) .. (after and sub(record, after) or ''), ARGV[5])
return '1' .. record
`

/** `replace(seenVersion, record, kept)`. Without a record the user is forgotten. */
const REPLACE = `
local record = redis.call('GET', KEYS[1])
local version = record and string.sub(record, 1, string.find(record, '\\t', 1, true) - 1) or '0'
if version ~= ARGV[1] then return '0' .. (record or '') end
if ARGV[2] == '' then redis.call('DEL', KEYS[1])
elseif ARGV[3] == '-' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return '1'
`

/**
 * `scanUsers(cursor, pattern, count)`: the next cursor, and then keys and records in turn. It names
 * no key, because it reads those that it finds on the node that runs it.
 */
const SCAN_USERS = `
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local page = { found[1] }
for _, key in ipairs(found[2]) do
  page[#page + 1] = key
  page[#page + 1] = redis.call('GET', key) or ''
end
return page
`

/**
 * `noteFinished(streamId, untilMs, atMs, droppedMax)`, on the number of the last note, the notes by
 * number, and their ends. A repeated note gets a new number, so every reader meets it.
 */
const NOTE_FINISHED = `
local over = redis.call('ZRANGE', KEYS[3], '-inf', ARGV[3], 'BYSCORE', 'LIMIT', 0, ARGV[4])
if #over > 0 then
  redis.call('ZREM', KEYS[2], unpack(over))
  redis.call('ZREM', KEYS[3], unpack(over))
end
redis.call('ZADD', KEYS[3], 'GT', ARGV[2], ARGV[1])
redis.call('ZADD', KEYS[2], redis.call('INCR', KEYS[1]), ARGV[1])
return 1
`

/**
 * `finishedSince(number, streamId, count)`, on the notes by number and their ends: ids, numbers and
 * ends in turn. If the note that the reader saw last is not at its number any more, a server may
 * have lost notes and given the number again. All notes are read then.
 */
const FINISHED_SINCE = `
local after = ARGV[1]
if after ~= '0' and redis.call('ZRANGE', KEYS[1], after, after, 'BYSCORE')[1] ~= ARGV[2] then after = '0' end
local notes = redis.call('ZRANGE', KEYS[1], '(' .. after, '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[3], 'WITHSCORES')
for place = 1, #notes, 2 do
  notes[#notes + 1] = redis.call('ZSCORE', KEYS[2], notes[place]) or '0'
end
return notes
`

/** `writeShared(seenVersion, text)`: whether it was done, and what stands there now. */
const WRITE_SHARED = `
local record = redis.call('GET', KEYS[1])
local version = record and string.sub(record, 1, string.find(record, '\\t', 1, true) - 1) or '0'
if version ~= ARGV[1] then return '0' .. (record or '') end
local text = string.format('%.0f', tonumber(version) + 1) .. '\\t' .. ARGV[2]
redis.call('SET', KEYS[1], text)
return '1' .. text
`

/** All scripts, with how many keys each names. */
export const SCRIPTS = {
  add: { lua: ADD, numberOfKeys: 1 },
  renew: { lua: RENEW, numberOfKeys: 1 },
  remove: { lua: REMOVE, numberOfKeys: 1 },
  replace: { lua: REPLACE, numberOfKeys: 1 },
  scanUsers: { lua: SCAN_USERS, numberOfKeys: 0 },
  noteFinished: { lua: NOTE_FINISHED, numberOfKeys: 3 },
  finishedSince: { lua: FINISHED_SINCE, numberOfKeys: 2 },
  writeShared: { lua: WRITE_SHARED, numberOfKeys: 1 },
} as const

/** The name of a script. */
export type ScriptName = keyof typeof SCRIPTS
