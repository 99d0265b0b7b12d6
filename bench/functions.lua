#!lua name=forms

-- forms: a placement as the Function library made it before, one step cheaper
-- each, so that bench/functions.py can show what a step bought.  Only the path
-- of an accepted placement; what checks an argument is all here.
--
-- KEYS: state seq epoch rules events contributors board banned ratelimit
-- ARGV: channel x y color actor kind request_id cooldown

local WIDTH, HEIGHT, COLORS = 500, 500, 16

local UUID = '^' .. ('%x'):rep(8) .. ('%-' .. ('%x'):rep(4)):rep(3)
             .. '%-' .. ('%x'):rep(12) .. '$'

local function integer(text, max)
    if #text > 16 or not text:find('^%d+$') then
        return nil
    end

    local n = tonumber(text)

    return n <= max and n
end

local function text_event(pixel, old, kind, actor)
    local t = redis.call('TIME')

    return 'p,' .. pixel .. old .. ',' .. kind .. ',' .. actor .. ','
           .. t[1] .. string.format('%03d', math.floor(tonumber(t[2]) / 1000))
end

local BYTES = ('x'):rep(16)             -- of an actor

local function packed_event(x, y, color, old, kind)
    local t = redis.call('TIME')

    return struct.pack('>c1HHBBc1c16I8', 'p', x, y, color, old, kind, BYTES,
                       t[1] * 1000 + math.floor(t[2] / 1000))
end

local function place(keys, argv, boards, packed)
    local actor, kind = argv[5], argv[6]

    if not actor:find(UUID) or actor:find('%u') then
        return {'UNAUTHORIZED'}
    end

    local head = redis.call('MGET', keys[3], keys[2], keys[9])
    local x, y = integer(argv[2], WIDTH - 1), integer(argv[3], HEIGHT - 1)
    local color = integer(argv[4], COLORS - 1)
    local cooldown = integer(argv[8], 2592000000)

    if not (x and y and color and cooldown) then
        return {'INVALID_MESSAGE'}
    end

    if redis.call('SISMEMBER', keys[8], actor) == 1 then
        return {'BANNED'}
    end

    local seq = tonumber(head[2]) + 1
    local id = head[1] .. '-' .. string.format('%.0f', seq)
    local pixel = string.format('%d,%d,%d,', x, y, color)
    local old = redis.call('BITFIELD', keys[1], 'SET', 'u4',
        string.format('#%d', x + y * WIDTH), string.format('%d', color))[1]
    local event = packed and packed_event(x, y, color, old, kind)
                  or text_event(pixel, old, kind, actor)

    redis.call('XADD', keys[5], id, 'e', event)
    redis.call('INCR', keys[2])

    if cooldown > 0 then
        redis.call('SET', keys[9], pixel .. argv[7] .. ',' .. id, 'PX',
                   string.format('%.0f', cooldown))
    end

    if boards and redis.call('ZINCRBY', keys[7], '1', actor) == '1' then
        redis.call('SADD', keys[6], actor)
    end

    redis.call('PUBLISH', argv[1], id .. ' ' .. event)

    return {'OK', seq, tonumber(head[1]), cooldown}
end

redis.register_function('form_boards', function(keys, argv)
    return place(keys, argv, true, false)
end)

redis.register_function('form_text', function(keys, argv)
    return place(keys, argv, false, false)
end)

redis.register_function('form_packed_event', function(keys, argv)
    return place(keys, argv, false, true)
end)

redis.register_function('form_empty', function()
    return {'OK', 1, 1, 0}
end)
