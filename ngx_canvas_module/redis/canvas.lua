#!lua name=canvas

-- canvas: the only code that changes a canvas in Redis; docs/redis.md is its
-- contract (keys, arguments, replies).  One call is one atomic step: an
-- accepted pixel is in the bitfield, the stream, the boards and the
-- publication, or in none of them.
--
-- Arguments are checked here whoever sent them: a wrong one gets a reply code,
-- never a Lua error.  Numbers are exact up to 2^53 - 1; they become text by
-- '%.0f' alone, since tostring() rounds at 14 digits.

local VERSION = 1                       -- CANVAS_LUA_VERSION of canvas_lua.h

local MAX = 9007199254740991            -- 2^53 - 1
local SIDE_MAX = 65535
local AREA_MAX = 16777216               -- pixels: 16 MiB at 8 bits
local COOLDOWN_MAX = 2592000000         -- 30 days in ms
local REQUEST_ID_MAX = 128              -- bytes

-- positions in KEYS; the first five are always together
local STATE, SEQ, EPOCH, RULES, EVENTS = 1, 2, 3, 4, 5

local FIELDS = {
    'width', 'height', 'colors', 'background', 'game_mode', 'week_number',
    'year', 'reason', 'rules', 'cooldown_ms', 'first_epoch'
}

-- What this library knows of each canvas, by the name of its epoch key.  A
-- library that was just loaded knows nothing: see open().  As long as the
-- epoch is the one remembered, nobody but this library wrote the rules hash.
local pages = {}


-- arguments and numbers

local function digits(n)
    return string.format('%.0f', n)
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
    local t = redis.call('TIME')

    return t[1] .. string.format('%03d', math.floor(tonumber(t[2]) / 1000))
end


-- pages: geometry and rules of a canvas

local function bits(page)
    return page.colors <= 16 and 4 or 8
end

local function state_size(page)
    return math.ceil(page.width * page.height * bits(page) / 8)
end

local function blank_state(page)
    if bits(page) == 8 then
        return string.char(page.background):rep(state_size(page))
    end

    local pixels = page.width * page.height
    local both = string.char(page.background * 17)

    if pixels % 2 == 0 then
        return both:rep(pixels / 2)
    end

    return both:rep((pixels - 1) / 2) .. string.char(page.background * 16)
end

-- is every pixel of a given state a colour?
local function state_valid(page, state)
    if #state ~= state_size(page) then
        return false
    end

    local max, nibbles = page.colors, bits(page) == 4

    if max == 16 or max == 256 then
        return true
    end

    for i = 1, #state do
        local byte = state:byte(i)

        if nibbles and (byte >= max * 16 or byte % 16 >= max)
           or not nibbles and byte >= max
        then
            return false
        end
    end

    return true
end

local function set_rules(page, json)
    local ok, value = pcall(cjson.decode, json)
    local max = ok and type(value) == 'table' and value.max_pixels_per_user

    page.rules = json
    page.max_pixels = type(max) == 'number' and max or nil
end

-- the part of a page that init, load and turn are given:
-- game_mode week year rules_json cooldown_ms, from argv[i] on; nil if malformed
local function read_mode(page, argv, i)
    local rules = json_object(argv[i + 3])
    local cooldown, valid = cooldown_argument(argv[i + 4])

    page.game_mode = argv[i]
    page.week_number = integer(argv[i + 1], 1, 53)
    page.year = integer(argv[i + 2], 1970, 9999)
    page.cooldown = cooldown

    if not (is_slug(page.game_mode) and page.week_number and page.year
            and rules and valid)
    then
        return nil
    end

    set_rules(page, rules)

    return page
end

-- width height colors background and the mode, from argv[2] on
local function read_page(argv)
    local page = {
        width = integer(argv[2], 1, SIDE_MAX),
        height = integer(argv[3], 1, SIDE_MAX),
        colors = integer(argv[4], 2, 256)
    }

    page.background = page.colors and integer(argv[5], 0, page.colors - 1)

    if not (page.width and page.height and page.background)
       or page.width * page.height > AREA_MAX
    then
        return nil
    end

    return read_mode(page, argv, 6)
end

-- from the rules hash; nil when it or the state is missing or damaged
local function load_page(keys)
    local hash = {}

    for i, value in ipairs(redis.call('HMGET', keys[RULES], unpack(FIELDS))) do
        hash[FIELDS[i]] = value or ''
    end

    local page = read_page({
        '', hash.width, hash.height, hash.colors, hash.background,
        hash.game_mode, hash.week_number, hash.year, hash.rules,
        hash.cooldown_ms
    })

    if not page
       or redis.call('STRLEN', keys[STATE]) ~= state_size(page)
    then
        return nil
    end

    page.reason = hash.reason
    page.first_epoch = integer(hash.first_epoch, 1, MAX)

    return page
end

local function store_page(keys, page)
    redis.call('HSET', keys[RULES],
        'width', digits(page.width), 'height', digits(page.height),
        'colors', digits(page.colors), 'background', digits(page.background),
        'game_mode', page.game_mode, 'week_number', digits(page.week_number),
        'year', digits(page.year), 'rules', page.rules, 'reason', page.reason,
        'first_epoch', digits(page.first_epoch))

    if page.cooldown then
        redis.call('HSET', keys[RULES], 'cooldown_ms', digits(page.cooldown))
    else
        redis.call('HDEL', keys[RULES], 'cooldown_ms')
    end
end

local function page_json(page)
    return string.format('{"width":%d,"height":%d,"colors":%d,'
        .. '"background":%d,"game_mode":"%s","week_number":%d,"year":%d}',
        page.width, page.height, page.colors, page.background,
        page.game_mode, page.week_number, page.year)
end


-- epochs

-- epoch and seq of the newest entry the stream ever had
local function log_end(events)
    local info = redis.pcall('XINFO', 'STREAM', events)

    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then
            local epoch, seq = info[i + 1]:match('^(%d+)-(%d+)$')

            return tonumber(epoch), tonumber(seq)
        end
    end

    return 0, 0
end

-- The marker is the first write: if the stream refuses it, nothing changed.
local function begin_epoch(keys, channel, page, reason, epoch, seq, json)
    local id = digits(epoch) .. '-' .. digits(seq)
    local event = 'm,' .. reason .. ',' .. now_ms() .. ',' .. json

    redis.call('XADD', keys[EVENTS], id, 'e', event)
    redis.call('SET', keys[EPOCH], digits(epoch))
    redis.call('SET', keys[SEQ], digits(seq))

    page.reason = reason
    page.epoch = epoch
    page.epoch_text = digits(epoch)

    if reason ~= 'restart' then
        page.first_epoch = epoch
    end

    store_page(keys, page)
    pages[keys[EPOCH]] = page

    redis.call('PUBLISH', channel, id .. ' ' .. event)
end

-- The page and its seq, given the values of the epoch and seq keys; nil when
-- there is no canvas.  An epoch this library has not seen begin may have lost
-- acknowledged changes: a new one begins.
local function open(keys, channel, epoch_text, seq_text)
    local page = pages[keys[EPOCH]]

    if page and seq_text and page.epoch_text == epoch_text then
        return page, tonumber(seq_text)
    end

    local epoch = integer(epoch_text, 1, MAX)
    local seq = integer(seq_text, 0, MAX)

    page = epoch and seq and load_page(keys)

    if not page then
        pages[keys[EPOCH]] = nil
        return nil
    end

    local last_epoch, last_seq = log_end(keys[EVENTS])

    if last_epoch == epoch and last_seq > seq then
        seq = last_seq
    end

    page.first_epoch = page.first_epoch or epoch

    begin_epoch(keys, channel, page, 'restart',
                math.max(epoch, last_epoch) + 1, seq, page_json(page))

    return page, seq
end

local function open_keys(keys, channel)
    local head = redis.call('MGET', keys[EPOCH], keys[SEQ])

    return open(keys, channel, head[1], head[2])
end


-- placements

-- What a cooldown key that exists says: nil when it does not hold, else the
-- reply.  held is "<x>,<y>,<color>,<request id>,<epoch>-<seq>".
local function cooling(limit, held, request, request_id)
    local remaining = redis.call('PTTL', limit)

    if remaining < 0 then
        return nil
    end

    remaining = math.max(remaining, 1)

    if request_id ~= '' then
        local first, epoch, seq = held:match('^(.*),(%d+)-(%d+)$')

        if first == request then
            return {'OK', tonumber(seq), tonumber(epoch), remaining}
        end
    end

    return {'RATE_LIMITED', remaining}
end

local function violated_rule(page, leaderboard, actor)
    if page.max_pixels then
        local placed = redis.call('ZSCORE', leaderboard, actor)

        if placed and tonumber(placed) >= page.max_pixels then
            return 'max_pixels_per_user'
        end
    end

    return nil
end

-- keys: page contributors leaderboard banned; argv: channel x y color at 1 to
-- 4, request_id default_cooldown_ms at 6 and 7 or, behind kind, at 7 and 8
local function place(keys, argv, request_id, default_cooldown, actor, kind,
    limit)
    local head = redis.call('MGET', keys[EPOCH], keys[SEQ], limit)
    local page, seq = open(keys, argv[1], head[1], head[2])

    if not page then
        return {'NOT_INITIALISED'}
    end

    local x = integer(argv[2], 0, page.width - 1)
    local y = integer(argv[3], 0, page.height - 1)

    if not (x and y) then
        return {'INVALID_COORDS'}
    end

    local color = integer(argv[4], 0, page.colors - 1)

    if not color then
        return {'INVALID_COLOR'}
    end

    default_cooldown = integer(default_cooldown, 0, COOLDOWN_MAX)

    if not default_cooldown or #request_id > REQUEST_ID_MAX then
        return {'INVALID_MESSAGE'}
    end

    if redis.call('SISMEMBER', keys[8], actor) == 1 then
        return {'BANNED'}
    end

    local rule = violated_rule(page, keys[7], actor)

    if rule then
        return {'RULE_VIOLATION', rule}
    end

    local cooldown = page.cooldown or default_cooldown
    local pixel = string.format('%d,%d,%d,', x, y, color)
    local request = pixel .. request_id

    if cooldown > 0 and head[3] then
        local reply = cooling(limit, head[3], request, request_id)

        if reply then
            return reply
        end
    end

    seq = seq + 1

    local id = page.epoch_text .. '-' .. digits(seq)
    local old = redis.call('BITFIELD', keys[STATE], 'SET',
        page.colors <= 16 and 'u4' or 'u8',
        string.format('#%d', x + y * page.width), string.format('%d', color))[1]
    local event = 'p,' .. pixel .. old .. ',' .. kind .. ',' .. actor .. ','
                  .. now_ms()

    redis.call('XADD', keys[EVENTS], id, 'e', event)
    redis.call('INCR', keys[SEQ])

    if cooldown > 0 then
        redis.call('SET', limit, request .. ',' .. id, 'PX', digits(cooldown))
    end

    -- the first pixel of the week: boards and contributors turn together
    if redis.call('ZINCRBY', keys[7], '1', actor) == '1' then
        redis.call('SADD', keys[6], actor)
    end

    redis.call('PUBLISH', argv[1], id .. ' ' .. event)

    return {'OK', seq, page.epoch, cooldown}
end

local function canvas_place(keys, argv)
    local actor, kind = argv[5], argv[6]

    if not is_uuid(actor) then
        return {'UNAUTHORIZED'}
    end

    if kind ~= 'u' and kind ~= 'g' and kind ~= 'a' then
        return {'INVALID_MESSAGE'}
    end

    return place(keys, argv, argv[7], argv[8], actor, kind, keys[9])
end

local function canvas_place_session(keys, argv)
    local ttl = integer(argv[8], 1, MAX / 1000000)

    if not ttl then
        return {'INVALID_MESSAGE'}
    end

    local session = redis.call('HMGET', keys[9], 'userId', 'isGuest')
    local actor, kind = session[1], session[2] == '1' and 'g' or 'u'

    if not is_uuid(actor) then
        return {'UNAUTHORIZED'}
    end

    local reply = place(keys, argv, argv[6], argv[7], actor, kind,
                        argv[5] .. actor)

    if reply[1] == 'OK' then
        redis.call('EXPIRE', keys[9], digits(ttl))
        reply[5] = actor
        reply[6] = kind
    end

    return reply
end


-- sessions

local function canvas_session_create(keys, argv)
    local ttl = integer(argv[1], 1, MAX / 1000000)

    if not ttl or not is_uuid(argv[2]) or argv[3] == '' or #argv[3] > 128
       or not integer(argv[4], 0, 1) or not integer(argv[5], 0, 1)
       or #argv[6] > 64
    then
        return {'INVALID_MESSAGE'}
    end

    redis.call('HSET', keys[1], 'userId', argv[2], 'username', argv[3],
               'isGuest', argv[4], 'isAdmin', argv[5], 'createdAt', argv[6])
    redis.call('EXPIRE', keys[1], digits(ttl))

    return {'OK'}
end

local function canvas_identify(keys, argv)
    local ttl = integer(argv[2], 1, MAX / 1000000)

    if not ttl then
        return {'INVALID_MESSAGE'}
    end

    local session = redis.call('HMGET', keys[1], 'userId', 'username',
                               'isGuest', 'isAdmin')
    local actor = session[1]

    if not is_uuid(actor) then
        return {'UNAUTHORIZED'}
    end

    redis.call('EXPIRE', keys[1], digits(ttl))

    return {
        'OK', actor, session[2] or '',
        session[3] == '1' and 1 or 0,
        session[4] == '1' and 1 or 0,
        redis.call('SISMEMBER', keys[2], actor),
        math.max(redis.call('PTTL', argv[1] .. actor), 0),
        tonumber(redis.call('ZSCORE', keys[3], actor) or 0)
    }
end


-- reads

local function canvas_version()
    return {'OK', VERSION}
end

local function canvas_hello(keys, argv)
    local page, seq = open_keys(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    return {
        'OK', VERSION, page.epoch, seq, page.width, page.height, page.colors,
        page.background, page.cooldown or -1, page.game_mode,
        page.week_number, page.year, page.reason, page.rules
    }
end

local function canvas_read(keys, argv)
    local page, seq = open_keys(keys, argv[1])
    local state = page and redis.call('GET', keys[STATE])

    if not state or #state ~= state_size(page) then
        return {'NOT_INITIALISED'}
    end

    return {'OK', page.epoch, seq, page.reason, state}
end


-- the life of a canvas

local function canvas_init(keys, argv)
    local page = read_page(argv)

    if not page then
        return {'INVALID_MESSAGE'}
    end

    if redis.call('EXISTS', keys[STATE], keys[SEQ], keys[EPOCH],
                  keys[RULES]) > 0
       or log_end(keys[EVENTS]) > 0
    then
        return {'CONFLICT'}
    end

    begin_epoch(keys, argv[1], page, 'init', 1, 0, page_json(page))
    redis.call('SET', keys[STATE], blank_state(page))

    return {'OK', 1, 0}
end

local function canvas_load(keys, argv)
    local page = read_page(argv)
    local epoch, seq = integer(argv[11], 1, MAX), integer(argv[12], 0, MAX)

    if not (page and epoch and seq) or not state_valid(page, argv[13]) then
        return {'INVALID_MESSAGE'}
    end

    local current = integer(redis.call('GET', keys[EPOCH]), 0, MAX) or 0

    current = math.max(current, (log_end(keys[EVENTS])))

    if epoch <= current then
        return {'CONFLICT', current}
    end

    begin_epoch(keys, argv[1], page, 'restore', epoch, seq, page_json(page))
    redis.call('SET', keys[STATE], argv[13])

    return {'OK', epoch, seq}
end

-- the rules hash remembers the last turn of each reason here
local TURNED = { rotate = 'turned_rotate', reset = 'turned_reset' }

-- moves what the page consists of to the closing keys 11 to 16
local function close_page(keys, page, reason, seq)
    redis.call('RENAME', keys[STATE], keys[11])
    redis.call('COPY', keys[RULES], keys[16], 'REPLACE')
    redis.call('HSET', keys[16], 'epoch', digits(page.epoch),
               'seq', digits(seq))

    if reason == 'reset' then
        return                          -- the week and its boards go on
    end

    -- leaderboards 7 to 9 to 12 to 14, contributors 6 to 15
    for from, to in pairs({ [7] = 12, [8] = 13, [9] = 14, [6] = 15 }) do
        if redis.call('EXISTS', keys[from]) == 1 then
            redis.call('RENAME', keys[from], keys[to])
        else
            redis.call('DEL', keys[to])
        end
    end
end

-- the reply when closing is not the page that lies open, else nil
local function not_to_close(keys, page, closing, field)
    local turned = redis.call('HGET', keys[RULES], field)
    local from, to, epoch, seq

    if turned then
        from, to, epoch, seq = turned:match('^(%d+) (%d+) (%d+) (%d+)$')
    end

    if from and closing >= tonumber(from) and closing <= tonumber(to) then
        return {'DONE', tonumber(epoch), tonumber(seq)}
    end

    if closing < page.first_epoch or closing > page.epoch then
        return {'CONFLICT', page.epoch}
    end

    return nil
end

local function canvas_turn(keys, argv)
    local closing, field = integer(argv[3], 1, MAX), TURNED[argv[4]]
    local json = json_object(argv[10])
    local fresh = read_mode({}, argv, 5)

    if argv[2] == '' or redis.call('GET', keys[10]) ~= argv[2] then
        return {'FORBIDDEN'}
    end

    if not (closing and field and json and fresh) then
        return {'INVALID_MESSAGE'}
    end

    local page, seq = open_keys(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    local reply = not_to_close(keys, page, closing, field)

    if reply then
        return reply
    end

    for _, name in ipairs({ 'width', 'height', 'colors', 'background' }) do
        fresh[name] = page[name]
    end

    if argv[10] == '' then
        json = page_json(fresh)
    end

    close_page(keys, page, argv[4], seq)

    local epoch = math.max(page.epoch, (log_end(keys[EVENTS]))) + 1

    begin_epoch(keys, argv[1], fresh, argv[4], epoch, seq, json)

    redis.call('SET', keys[STATE], blank_state(fresh))
    redis.call('HSET', keys[RULES], field,
        table.concat({ digits(page.first_epoch), digits(page.epoch),
                       digits(epoch), digits(seq) }, ' '))

    return {'OK', epoch, seq}
end

local function canvas_settings(keys, argv)
    local cooldown, valid = cooldown_argument(argv[2])

    if not valid then
        return {'INVALID_MESSAGE'}
    end

    local page = open_keys(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    page.cooldown = cooldown
    store_page(keys, page)
    redis.call('PUBLISH', argv[1], 'r')

    return {'OK'}
end


-- name, number of keys, number of arguments, function, flags.  Reads begin a
-- new epoch when they are the first call, so only canvas_version is read only;
-- they still work when Redis is at its memory limit.
local FUNCTIONS = {
    { 'canvas_version', 0, 0, canvas_version, { 'no-writes', 'allow-stale' } },
    { 'canvas_hello', 5, 1, canvas_hello, { 'allow-oom' } },
    { 'canvas_read', 5, 1, canvas_read, { 'allow-oom' } },
    { 'canvas_place', 9, 8, canvas_place },
    { 'canvas_place_session', 9, 8, canvas_place_session },
    { 'canvas_identify', 3, 2, canvas_identify },
    { 'canvas_session_create', 1, 6, canvas_session_create },
    { 'canvas_init', 5, 10, canvas_init },
    { 'canvas_load', 5, 13, canvas_load },
    { 'canvas_turn', 16, 10, canvas_turn },
    { 'canvas_settings', 5, 2, canvas_settings }
}

for i = 1, #FUNCTIONS do                -- there is no ipairs() at load time
    local f = FUNCTIONS[i]
    local keys_n, argv_n, callback = f[2], f[3], f[4]

    redis.register_function{
        function_name = f[1],
        callback = function(keys, argv)
            if #keys ~= keys_n or #argv ~= argv_n then
                return {'INVALID_MESSAGE'}
            end

            return callback(keys, argv)
        end,
        flags = f[5] or {}
    }
end
