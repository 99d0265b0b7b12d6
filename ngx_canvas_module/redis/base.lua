#!lua name=canvas

-- canvas: the only code that changes a canvas in Redis; docs/redis.md is its
-- contract (keys, arguments, replies).  One call is one atomic step: an
-- accepted pixel is in the bitfield, the stream and the publication, or in
-- none of them.
--
-- The files that SOURCES names, in that order, are one text: a file sees what
-- those before it define.
--
-- Arguments are checked here whoever sent them: a wrong one gets a reply code,
-- never a Lua error.  Numbers are exact up to 2^53 - 1: redis.call() writes
-- them with 17 digits, digits() as text; tostring() and .. round at 14.  These
-- three print a floating point number, which takes four times as long as
-- digits().

local VERSION = 4                       -- CANVAS_LUA_VERSION of canvas_lua.h

local MAX = 9007199254740991            -- 2^53 - 1
local SIDE_MAX = 65535
local AREA_MAX = 16777216               -- pixels: 16 MiB at 8 bits
local COOLDOWN_MAX = 2592000000         -- 30 days in ms
local TTL_MAX = 4294967295              -- seconds
local REQUEST_ID_MAX = 128              -- bytes
local RENEWAL = 60000                   -- ms between two renewals of a session
local FIRST = '0-0'                     -- before all entries of the log

-- positions in KEYS; the first five are always together
local STATE, SEQ, EPOCH, RULES, EVENTS = 1, 2, 3, 4, 5

local FIELDS = {
    'width', 'height', 'colors', 'background', 'game_mode', 'week_number',
    'year', 'reason', 'rules', 'cooldown_ms', 'first_epoch', 'started_ms',
    'actors_from'
}

-- What this library knows of each canvas, by the name of its epoch key.  A
-- library that was just loaded knows nothing: see open().  As long as the
-- epoch is the one remembered, nobody but this library wrote the rules hash.
local pages = {}

-- of Redis; set by the first call: while it loads, a library sees none of them
local call, attempt, pack, parse, sha1
local spread, join                      -- unpack() and table.concat()

-- a byte, and a number as text, by its value
local CHAR, TEXT = {}, {}

for i = 0, 255 do
    CHAR[i] = ('').char(i)
    TEXT[i] = ('%d'):format(i)
end


-- arguments and numbers

local function digits(n)
    return ('%d'):format(n)
end

-- of a number that is mostly the same as the last one
local same, same_text = 0, '0'

local function same_digits(n)
    if n ~= same then
        same, same_text = n, digits(n)
    end

    return same_text
end

local function integer(text, min, max)
    if not text or #text > 16 or not text:find('^%d+$') then
        return nil
    end

    local n = tonumber(text)

    if n < min or n > max then
        return nil
    end

    return n
end

local UUID = '^' .. ('%x'):rep(8) .. ('%-' .. ('%x'):rep(4)):rep(3)
             .. '%-' .. ('%x'):rep(12) .. '$'

local function is_uuid(text)
    return text and #text == 36 and text:find(UUID) and not text:find('%u')
end

-- the 16 bytes that a UUID writes out
local function uuid_bytes(text)
    return (text:gsub('%-', ''):gsub('%x%x', function(byte)
        return CHAR[tonumber(byte, 16)]
    end))
end

local function is_slug(text)
    return #text <= 64 and text:find('^[%w_-]+$')
end

-- a JSON object on one line, '' for an empty one; nil when it is none
local function json_object(text)
    if text == '' then
        return '{}'
    end

    local ok, value = pcall(cjson.decode, text)

    if not ok or type(value) ~= 'table' or not text:find('^%s*{') then
        return nil
    end

    return (text:gsub('[\r\n]', ' '))
end

-- '' means none and is told apart from a malformed one
local function cooldown_argument(text)
    if text == '' then
        return nil, true
    end

    local n = integer(text, 0, COOLDOWN_MAX)

    return n, n ~= nil
end

local function now_ms()
    local t = call('TIME')

    return t[1] * 1000 + math.floor(t[2] / 1000)
end
