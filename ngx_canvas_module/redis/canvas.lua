#!lua name=canvas

-- canvas: the only code that changes a canvas in Redis; docs/redis.md is its
-- contract (keys, arguments, replies).  One call is one atomic step: an
-- accepted pixel is in the bitfield, the stream and the publication, or in
-- none of them.
--
-- Arguments are checked here whoever sent them: a wrong one gets a reply code,
-- never a Lua error.  Numbers are exact up to 2^53 - 1: redis.call() writes
-- them with 17 digits, digits() as text; tostring() and .. round at 14.

local VERSION = 3                       -- CANVAS_LUA_VERSION of canvas_lua.h

local MAX = 9007199254740991            -- 2^53 - 1
local SIDE_MAX = 65535
local AREA_MAX = 16777216               -- pixels: 16 MiB at 8 bits
local COOLDOWN_MAX = 2592000000         -- 30 days in ms
local TTL_MAX = 4294967295              -- seconds
local REQUEST_ID_MAX = 128              -- bytes
local RENEWAL = 60000                   -- ms between two renewals of a session

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

-- of Redis; set by the first call: while it loads, a library sees none of them
local call, attempt, pack, parse

-- a byte, and a number as text, by its value
local CHAR, TEXT = {}, {}

for i = 0, 255 do
    CHAR[i] = ('').char(i)
    TEXT[i] = ('%d'):format(i)
end


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

-- What the library knows of a mode's rules: check(value) answers a function
-- that tells whether an actor (see read_actor) may place, or nil when the value
-- is none.
local CHECKS = {
    { rule = 'max_pixels_per_user', check = function(max)
        return type(max) == 'number' and function(actor)
            return actor.pixels < max
        end
    end }
}

local function set_rules(page, json)
    local ok, rules = pcall(cjson.decode, json)
    local checks = {}

    for _, known in ipairs(CHECKS) do
        local allows = ok and known.check(rules[known.rule])

        if allows then
            checks[#checks + 1] = { rule = known.rule, allows = allows }
        end
    end

    page.rules = json
    page.checks = #checks > 0 and checks or nil
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

    for i, value in ipairs(call('HMGET', keys[RULES], unpack(FIELDS))) do
        hash[FIELDS[i]] = value or ''
    end

    local page = read_page({
        '', hash.width, hash.height, hash.colors, hash.background,
        hash.game_mode, hash.week_number, hash.year, hash.rules,
        hash.cooldown_ms
    })

    if not page
       or call('STRLEN', keys[STATE]) ~= state_size(page)
    then
        return nil
    end

    page.reason = hash.reason
    page.first_epoch = integer(hash.first_epoch, 1, MAX)

    return page
end

local function store_page(keys, page)
    call('HSET', keys[RULES],
        'width', digits(page.width), 'height', digits(page.height),
        'colors', digits(page.colors), 'background', digits(page.background),
        'game_mode', page.game_mode, 'week_number', digits(page.week_number),
        'year', digits(page.year), 'rules', page.rules, 'reason', page.reason,
        'first_epoch', digits(page.first_epoch))

    if page.cooldown then
        call('HSET', keys[RULES], 'cooldown_ms', digits(page.cooldown))
    else
        call('HDEL', keys[RULES], 'cooldown_ms')
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
    local info = attempt('XINFO', 'STREAM', events)

    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then
            local epoch, seq = info[i + 1]:match('^(%d+)-(%d+)$')

            return tonumber(epoch), tonumber(seq)
        end
    end

    return 0, 0
end

-- the next epoch behind one: told by the clock, so never one of before
local function next_epoch(keys, epoch)
    return math.max(now_ms(), epoch + 1, log_end(keys[EVENTS]) + 1)
end

-- The marker is the first write: if the stream refuses it, nothing changed.
local function begin_epoch(keys, channel, page, reason, epoch, seq, json)
    local prefix = digits(epoch) .. '-'
    local id = prefix .. digits(seq)
    local event = 'm,' .. reason .. ',' .. digits(now_ms()) .. ',' .. json

    call('XADD', keys[EVENTS], id, 'e', event)
    call('SET', keys[EPOCH], epoch)
    call('SET', keys[SEQ], seq)

    page.reason = reason
    page.epoch = epoch
    page.epoch_text = digits(epoch)
    page.prefix = prefix                -- of an id
    page.seq = seq
    page.bits = bits(page)
    page.field = 'u' .. page.bits       -- type of a pixel for BITFIELD

    if reason ~= 'restart' then
        page.first_epoch = epoch
    end

    store_page(keys, page)
    pages[keys[EPOCH]] = page

    call('PUBLISH', channel, id .. ' ' .. event)

    return id
end

-- The page; nil when there is no canvas.  An epoch that this library has not
-- seen begin, or a seq that it did not give, may hide that acknowledged changes
-- were lost: a new epoch begins.
local function open(keys, channel)
    local head = call('MGET', keys[EPOCH], keys[SEQ])
    local epoch = integer(head[1], 1, MAX)
    local seq = integer(head[2], 0, MAX)
    local page = pages[keys[EPOCH]]

    if page and page.epoch == epoch and page.seq == seq then
        return page
    end

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

    begin_epoch(keys, channel, page, 'restart', next_epoch(keys, epoch), seq,
                page_json(page))

    return page
end


-- placements

-- What a cooldown key that exists says: nil when it does not hold, else the
-- reply.  held is <pixel><epoch>-<seq>,<request id>.
local function cooling(limit, held, pixel, request_id)
    local remaining = call('PTTL', limit)

    if remaining < 0 then
        return nil
    end

    remaining = math.max(remaining, 1)

    if request_id ~= '' and held:sub(1, #pixel) == pixel then
        local epoch, seq, id = held:match('^(%d+)-(%d+),(.*)$', #pixel + 1)

        if id == request_id then
            return {'OK', tonumber(seq), tonumber(epoch), remaining}
        end
    end

    return {'RATE_LIMITED', remaining}
end

-- actor: 16 bytes; color and faction 255: none
local function read_actor(actors, actor)
    local record = call('HGET', actors, actor)

    if not record or #record ~= 8 then
        return { pixels = 0, color = 255, faction = 255 }
    end

    local pixels, color, faction = parse('>I4BB', record)

    return { pixels = pixels, color = color, faction = faction }
end

local function write_actor(actors, actor, record)
    call('HSET', actors, actor, pack('>I4BBBB', record.pixels, record.color,
                                     record.faction, 0, 0))
end

local function violated_rule(page, record)
    for _, known in ipairs(page.checks) do
        if not known.allows(record) then
            return known.rule
        end
    end

    return nil
end

-- Bitfield and stream, or neither: the seq, its id and the event.  nil when
-- Redis has another past than this library remembers.
local function write(keys, page, x, y, color, pixel, who, ms)
    local seq = call('INCR', keys[SEQ])

    if seq ~= page.seq + 1 then
        call('DECR', keys[SEQ])
        return nil
    end

    local offset = (x + y * page.width) * page.bits
    local old = call('BITFIELD', keys[STATE], 'SET', page.field, offset,
                     TEXT[color])[1]
    local event = 'p' .. pixel .. CHAR[old] .. who .. pack('>I8', ms)
    local id = page.prefix .. (seq < 1e14 and seq or digits(seq))

    if type(attempt('XADD', keys[EVENTS], id, 'e', event)) == 'table' then
        call('BITFIELD', keys[STATE], 'SET', page.field, offset, old)
        call('DECR', keys[SEQ])
        return nil
    end

    page.seq = seq

    return seq, id, event
end

-- pixel and who: the bytes of the event before and behind the old colour.
-- The reply and, of what was accepted, the ms.
local function place(keys, channel, limit, ban, actors, x, y, color, cooldown,
    pixel, who, request_id)
    local head = call('MGET', keys[EPOCH], limit, ban)
    local page = pages[keys[EPOCH]]

    if not page or page.epoch_text ~= head[1] then
        page = open(keys, channel)

        if not page then
            return {'NOT_INITIALISED'}
        end
    end

    if x >= page.width or y >= page.height then
        return {'INVALID_COORDS'}
    end

    if color >= page.colors then
        return {'INVALID_COLOR'}
    end

    if head[3] then
        return {'BANNED'}
    end

    local actor, record

    if page.checks then
        actor = who:sub(2)
        record = read_actor(actors, actor)

        local rule = violated_rule(page, record)

        if rule then
            return {'RULE_VIOLATION', rule}
        end
    end

    cooldown = page.cooldown or cooldown

    if head[2] and cooldown > 0 then
        local reply = cooling(limit, head[2], pixel, request_id)

        if reply then
            return reply
        end
    end

    local ms = now_ms()
    local seq, id, event = write(keys, page, x, y, color, pixel, who, ms)

    if not seq then
        pages[keys[EPOCH]] = nil
        return place(keys, channel, limit, ban, actors, x, y, color, cooldown,
                     pixel, who, request_id)
    end

    if cooldown > 0 then
        call('SET', limit, pixel .. id .. ',' .. request_id, 'PX', cooldown)
    end

    if record then
        record.pixels = record.pixels + 1
        write_actor(actors, actor, record)
    end

    call('PUBLISH', channel, id .. ' ' .. event)

    return {'OK', seq, page.epoch, cooldown}, ms
end

local KINDS = { [97] = 'a', [103] = 'g', [117] = 'u' }

-- argv: channel request request_id
local function canvas_place(keys, argv)
    local request, request_id = argv[2], argv[3]

    if #request ~= 26 or #request_id > REQUEST_ID_MAX then
        return {'INVALID_MESSAGE'}
    end

    local x, y, color, kind, cooldown = parse('>HHBBxxxxxxxxxxxxxxxxI4',
                                               request)

    if not KINDS[kind] or cooldown > COOLDOWN_MAX then
        return {'INVALID_MESSAGE'}
    end

    return (place(keys, argv[1], keys[6], keys[7], keys[8], x, y, color,
                  cooldown, request:sub(1, 5), request:sub(6, 22),
                  request_id))
end


-- sessions

-- ms: now, when it is known
local function renew(session, ttl, ms)
    call('EXPIRE', session, ttl)
    call('HSET', session, 'renewed', ms or now_ms())
end

-- argv: channel ratelimit_prefix ban_prefix request request_id ttl
local function canvas_place_session(keys, argv)
    local session, request, request_id = keys[6], argv[4], argv[5]

    local ttl = tonumber(argv[6])       -- cheaper than integer()

    if #request ~= 9 or #request_id > REQUEST_ID_MAX
       or not ttl or ttl < 1 or ttl > TTL_MAX or ttl % 1 ~= 0
    then
        return {'INVALID_MESSAGE'}
    end

    local x, y, color, cooldown = parse('>HHBI4', request)

    if cooldown > COOLDOWN_MAX then
        return {'INVALID_MESSAGE'}
    end

    local known = call('HMGET', session, 'userId', 'actor', 'isGuest',
                       'renewed')
    local uuid, actor = known[1], known[2]
    local kind = known[3] == '1' and 'g' or 'u'

    if not uuid or not actor or #actor ~= 16 then
        if not is_uuid(uuid) then
            return {'UNAUTHORIZED'}
        end

        actor = uuid_bytes(uuid)
    end

    local reply, ms = place(keys, argv[1], argv[2] .. uuid, argv[3] .. uuid,
                            keys[7], x, y, color, cooldown, request:sub(1, 5),
                            kind .. actor, request_id)

    if reply[1] == 'OK' then
        local age = ms and ms - (tonumber(known[4]) or 0)

        if not age or age >= RENEWAL or age < 0 then
            renew(session, ttl, ms)
        end

        reply[5] = uuid
        reply[6] = kind
    end

    return reply
end

local function canvas_session_create(keys, argv)
    local ttl = integer(argv[1], 1, TTL_MAX)

    if not ttl or not is_uuid(argv[2]) or argv[3] == '' or #argv[3] > 128
       or not integer(argv[4], 0, 1) or not integer(argv[5], 0, 1)
       or #argv[6] > 64
    then
        return {'INVALID_MESSAGE'}
    end

    call('HSET', keys[1], 'userId', argv[2], 'username', argv[3],
         'isGuest', argv[4], 'isAdmin', argv[5], 'createdAt', argv[6],
         'actor', uuid_bytes(argv[2]))
    renew(keys[1], ttl)

    return {'OK'}
end

-- argv: ratelimit_prefix ban_prefix ttl
local function canvas_identify(keys, argv)
    local ttl = integer(argv[3], 1, TTL_MAX)

    if not ttl then
        return {'INVALID_MESSAGE'}
    end

    local session = call('HMGET', keys[1], 'userId', 'username', 'isGuest',
                         'isAdmin')
    local actor = session[1]

    if not is_uuid(actor) then
        return {'UNAUTHORIZED'}
    end

    renew(keys[1], ttl)

    return {
        'OK', actor, session[2] or '',
        session[3] == '1' and 1 or 0,
        session[4] == '1' and 1 or 0,
        call('EXISTS', argv[2] .. actor),
        math.max(call('PTTL', argv[1] .. actor), 0),
        tonumber(call('ZSCORE', keys[2], actor) or 0)
    }
end


-- boards

local FIRST = '0-0'                     -- before all entries

-- nil when it is no id
local function read_id(text)
    local epoch, seq = text:match('^(%d+)-(%d+)$')

    return integer(epoch, 0, MAX), integer(seq, 0, MAX)
end

local function is_behind(id, other)
    local epoch, seq = read_id(id)
    local other_epoch, other_seq = read_id(other)

    return epoch and seq and other_epoch and other_seq
           and (epoch > other_epoch
                or epoch == other_epoch and seq > other_seq)
end

-- KEYS: the board of each kind of actor
local BOARDS = { u = 1, g = 1, a = 2 }

-- argv: from_id to_id, then triples of kind uuid n
local function canvas_fold(keys, argv)
    local from, to = argv[1], argv[2]

    if #argv % 3 ~= 2 or not is_behind(to, from) then
        return {'INVALID_MESSAGE'}
    end

    for i = 3, #argv, 3 do
        if not (BOARDS[argv[i]] and is_uuid(argv[i + 1])
                and integer(argv[i + 2], 1, MAX))
        then
            return {'INVALID_MESSAGE'}
        end
    end

    local folded = call('GET', keys[5]) or FIRST

    if folded ~= from then
        return {'CONFLICT', folded}
    end

    for i = 3, #argv, 3 do
        call('ZINCRBY', keys[BOARDS[argv[i]]], argv[i + 2], argv[i + 1])
        call('SADD', keys[4], argv[i + 1])
    end

    call('SET', keys[5], to)

    return {'OK', to}
end


-- reads

local function canvas_version()
    return {'OK', VERSION}
end

local function canvas_hello(keys, argv)
    local page = open(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    return {
        'OK', VERSION, page.epoch, page.seq, page.width, page.height,
        page.colors, page.background, page.cooldown or -1, page.game_mode,
        page.week_number, page.year, page.reason, page.rules
    }
end

local function canvas_read(keys, argv)
    local page = open(keys, argv[1])
    local state = page and call('GET', keys[STATE])

    if not state or #state ~= state_size(page) then
        return {'NOT_INITIALISED'}
    end

    return {'OK', page.epoch, page.seq, page.reason, state}
end


-- the life of a canvas

local function canvas_init(keys, argv)
    local page = read_page(argv)

    if not page then
        return {'INVALID_MESSAGE'}
    end

    if call('EXISTS', keys[STATE], keys[SEQ], keys[EPOCH], keys[RULES]) > 0
       or log_end(keys[EVENTS]) > 0
    then
        return {'CONFLICT'}
    end

    begin_epoch(keys, argv[1], page, 'init', next_epoch(keys, 0), 0,
                page_json(page))
    call('SET', keys[STATE], blank_state(page))

    return {'OK', page.epoch, 0}
end

local function canvas_load(keys, argv)
    local page = read_page(argv)
    local epoch, seq = integer(argv[11], 0, MAX), integer(argv[12], 0, MAX)

    if not (page and epoch and seq) or not state_valid(page, argv[13]) then
        return {'INVALID_MESSAGE'}
    end

    local current = integer(call('GET', keys[EPOCH]), 0, MAX) or 0

    current = math.max(current, (log_end(keys[EVENTS])))

    if epoch == 0 then
        epoch = next_epoch(keys, current)
    elseif epoch <= current then
        return {'CONFLICT', current}
    end

    begin_epoch(keys, argv[1], page, 'restore', epoch, seq, page_json(page))
    call('SET', keys[STATE], argv[13])

    return {'OK', epoch, seq}
end

-- the rules hash remembers the last turn of each reason here
local TURNED = { rotate = 'turned_rotate', reset = 'turned_reset' }

-- moves the page to the closing keys 11 and 12
local function close_page(keys, page)
    call('RENAME', keys[STATE], keys[11])
    call('COPY', keys[RULES], keys[12], 'REPLACE')
    call('HSET', keys[12], 'epoch', page.epoch, 'seq', page.seq)
end

-- The week ends: its boards, contributors and counts go.  What of it is not
-- folded yet never will be: folded is the id of the marker from here on.
local function close_week(keys, marker)
    call('DEL', keys[6], keys[7], keys[8], keys[9], keys[13])
    call('SET', keys[14], marker)
end

-- the reply when closing is not the page that lies open, else nil
local function not_to_close(keys, page, closing, field)
    local turned = call('HGET', keys[RULES], field)
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

    if argv[2] == '' or call('GET', keys[10]) ~= argv[2] then
        return {'FORBIDDEN'}
    end

    if not (closing and field and json and fresh) then
        return {'INVALID_MESSAGE'}
    end

    local page = open(keys, argv[1])

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

    close_page(keys, page)

    local marker = begin_epoch(keys, argv[1], fresh, argv[4],
                               next_epoch(keys, page.epoch), page.seq, json)

    call('SET', keys[STATE], blank_state(fresh))
    call('HSET', keys[RULES], field,
         table.concat({ digits(page.first_epoch), digits(page.epoch),
                        digits(fresh.epoch), digits(page.seq) }, ' '))

    if argv[4] == 'rotate' then
        close_week(keys, marker)
    end

    return {'OK', fresh.epoch, page.seq}
end

local function canvas_settings(keys, argv)
    local cooldown, valid = cooldown_argument(argv[2])

    if not valid then
        return {'INVALID_MESSAGE'}
    end

    local page = open(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    page.cooldown = cooldown
    store_page(keys, page)
    call('PUBLISH', argv[1], 'r')

    return {'OK'}
end


-- name, number of keys, number of arguments (nil: any, the function minds),
-- function, flags.  Reads begin a new epoch when they are the first call, so
-- only canvas_version is read only; they still work when Redis is at its memory
-- limit.
local FUNCTIONS = {
    { 'canvas_version', 0, 0, canvas_version, { 'no-writes', 'allow-stale' } },
    { 'canvas_hello', 5, 1, canvas_hello, { 'allow-oom' } },
    { 'canvas_read', 5, 1, canvas_read, { 'allow-oom' } },
    { 'canvas_place', 8, 3, canvas_place },
    { 'canvas_place_session', 7, 6, canvas_place_session },
    { 'canvas_identify', 2, 3, canvas_identify },
    { 'canvas_session_create', 1, 6, canvas_session_create },
    { 'canvas_fold', 5, nil, canvas_fold },
    { 'canvas_init', 5, 10, canvas_init },
    { 'canvas_load', 5, 13, canvas_load },
    { 'canvas_turn', 14, 10, canvas_turn },
    { 'canvas_settings', 5, 2, canvas_settings }
}

for i = 1, #FUNCTIONS do                -- there is no ipairs() at load time
    local f = FUNCTIONS[i]
    local keys_n, argv_n, callback = f[2], f[3], f[4]

    redis.register_function{
        function_name = f[1],
        callback = function(keys, argv)
            if #keys ~= keys_n or #argv ~= (argv_n or #argv) then
                return {'INVALID_MESSAGE'}
            end

            if not call then
                call, attempt = redis.call, redis.pcall
                pack, parse = struct.pack, struct.unpack
            end

            return callback(keys, argv)
        end,
        flags = f[5] or {}
    }
end
