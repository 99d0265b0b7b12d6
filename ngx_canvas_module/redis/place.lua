-- place: one placement

-- ms that a cooldown key which exists still holds, nil when it does not
local function cooling(limit)
    local remaining = call('PTTL', limit)

    return remaining >= 0 and math.max(remaining, 1) or nil
end

-- The reply to a placement that was accepted before, else nil: held, of the
-- cooldown key, is <pixel><epoch>-<seq>,<request id>.
local function repeated(limit, held, pixel, request_id)
    if request_id == '' or held:sub(1, #pixel) ~= pixel then
        return nil
    end

    local epoch, seq, id = held:match('^(%d+)-(%d+),(.*)$', #pixel + 1)
    local remaining = id == request_id and cooling(limit)

    return remaining
           and {'OK', tonumber(seq), tonumber(epoch), remaining} or nil
end

-- Bitfield and stream, or neither: the seq, its id and the event.  nil when
-- Redis has another past than this library remembers.  faction: 0 for none.
local function write(keys, page, x, y, color, pixel, who, faction, ms)
    local seq = call('INCR', keys[SEQ])

    if seq ~= page.seq + 1 then
        call('DECR', keys[SEQ])
        return nil
    end

    local offset = (x + y * page.width) * page.bits
    local old = call('BITFIELD', keys[STATE], 'SET', page.field, offset,
                     TEXT[color])[1]
    local event = 'p' .. pixel .. CHAR[old] .. who .. pack('>BI7', faction, ms)
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

    cooldown = page.cooldown or cooldown

    local held = cooldown > 0 and head[2]
    local reply = held and repeated(limit, held, pixel, request_id)

    if reply then
        return reply
    end

    local actor, record, ms
    local faction = 0

    if page.checks then
        ms = now_ms()
        actor = who:sub(2)

        if page.records then
            record = read_actor(actors, actor)
            faction = faction_number(page, record)
        end

        local rule = violated_rule(page, x, y, color, actor, record, ms)

        if rule then
            return {'RULE_VIOLATION', rule}
        end
    end

    local remaining = held and cooling(limit)

    if remaining then
        return {'RATE_LIMITED', remaining}
    end

    ms = ms or now_ms()

    local seq, id, event = write(keys, page, x, y, color, pixel, who, faction,
                                 ms)

    if not seq then
        pages[keys[EPOCH]] = nil
        return place(keys, channel, limit, ban, actors, x, y, color, cooldown,
                     pixel, who, request_id)
    end

    if cooldown > 0 then
        call('SET', limit, pixel .. id .. ',' .. request_id, 'PX', cooldown)
    end

    if record then
        count_pixel(actors, actor, record, color)
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
