-- place: one placement

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
