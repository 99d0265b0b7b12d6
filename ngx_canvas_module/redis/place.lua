-- place: placements.  Those of one call go in rounds: what Redis knows about
-- all of a round is asked at once, and what of it is accepted written at once.
--
-- A placement is a table: x y color cooldown; pixel and who, the bytes of its
-- event before and behind the old colour; limit and ban, keys; request_id.
-- place_all() answers in it: code; with OK epoch, seq, both as id, the cooldown
-- that is left and, when it was written, ms; else detail, if there is one.

-- Those of a call, in tables of earlier ones: to make and to collect one of
-- this size takes longer than to judge what is in it.
local placements = {}

-- filled anew by each round
local names, accepted = {}, {}

-- the table of the nth placement of a call; the reader of a request fills it
local function placement_of(n)
    local placement = placements[n]

    if not placement then
        placement = {
            x = 0, y = 0, color = 0, cooldown = 0, faction = 0,
            pixel = '', who = '', limit = '', ban = '', request_id = '',
            session = false, code = false, detail = false, record = false,
            ms = false, epoch = 0, seq = 0, id = ''
        }
        placements[n] = placement
    end

    placement.faction = 0
    placement.code, placement.detail = false, false
    placement.record, placement.ms = false, false

    return placement
end

-- ms that a cooldown key which exists still holds, nil when it does not
local function cooling(limit)
    local remaining = call('PTTL', limit)

    return remaining >= 0 and math.max(remaining, 1) or nil
end

-- Was it accepted before?  held, of the cooldown key, is
-- <pixel><epoch>-<seq>,<request id>.
local function repeated(placement, held)
    local pixel, request_id = placement.pixel, placement.request_id

    if request_id == '' or held:sub(1, #pixel) ~= pixel then
        return false
    end

    local epoch, seq, id = held:match('^(%d+)-(%d+),(.*)$', #pixel + 1)
    local remaining = id == request_id and cooling(placement.limit)

    if remaining then
        placement.epoch, placement.seq = tonumber(epoch), tonumber(seq)
        placement.id = epoch .. '-' .. seq
        placement.cooldown = remaining
    end

    return remaining
end

-- the rule that refuses it, nil for none; reads what is kept of the actor
local function refusing_rule(page, actors, placement, ms)
    local actor = placement.who:sub(2)
    local record

    if page.records then
        record = read_actor(actors, actor)
        placement.record = record
        placement.faction = faction_number(page, record)
    end

    return violated_rule(page, placement.x, placement.y, placement.color,
                         actor, record, ms)
end

-- Code and detail of a placement that changes nothing, nil when it is to be
-- written.  held, banned: of the keys limit and ban.  ms: where rules count.
local function judge(page, actors, placement, held, banned, ms)
    if placement.x >= page.width or placement.y >= page.height then
        return 'INVALID_COORDS'
    end

    if placement.color >= page.colors then
        return 'INVALID_COLOR'
    end

    if banned then
        return 'BANNED'
    end

    local cooldown = page.cooldown or placement.cooldown

    placement.cooldown = cooldown
    held = cooldown > 0 and held

    if held and repeated(placement, held) then
        return 'OK'
    end

    local rule = page.checks and refusing_rule(page, actors, placement, ms)

    if rule then
        return 'RULE_VIOLATION', rule
    end

    local remaining = held and cooling(placement.limit)

    if remaining then
        return 'RATE_LIMITED', remaining
    end

    return nil
end

-- behind its write
local function accept(page, actors, placement, ms)
    local cooldown = placement.cooldown

    if cooldown > 0 then
        call('SET', placement.limit, placement.pixel .. placement.id .. ','
                                     .. placement.request_id,
             'PX', same_digits(cooldown))
    end

    if placement.record then
        count_pixel(actors, placement.who:sub(2), placement.record,
                    placement.color)
    end

    placement.code, placement.epoch, placement.ms = 'OK', page.epoch, ms
end

-- The last placement of the round that begins at first: no actor comes twice
-- where it counts what one did before.
local function round_end(page, first, last)
    local seen = {}

    for i = first, last do
        local placement = placements[i]
        local limit = placement.limit

        if seen[limit]
           and (not page or page.records
                or (page.cooldown or placement.cooldown) > 0)
        then
            return i - 1
        end

        seen[limit] = true
    end

    return last
end

-- the epoch, then what the keys limit and ban of each hold
local function read_round(keys, first, last)
    local n = 1

    names[1] = keys[EPOCH]

    for i = first, last do
        names[n + 1] = placements[i].limit
        names[n + 2] = placements[i].ban
        n = n + 2
    end

    return call('MGET', spread(names, 1, n))
end

-- the number of those that are to be written: accepted
local function judge_round(page, actors, first, last, head, ms)
    local count = 0

    for i = first, last do
        local placement, k = placements[i], 2 * (i - first) + 2
        local code, detail = judge(page, actors, placement, head[k],
                                   head[k + 1], ms)

        if code then
            placement.code, placement.detail = code, detail
        else
            count = count + 1
            accepted[count] = placement
        end
    end

    return count
end

local function place_round(keys, channel, actors, first, last)
    local head = read_round(keys, first, last)
    local page = pages[keys[EPOCH]]

    if not page or page.epoch_text ~= head[1] then
        page = open(keys, channel)

        if not page then
            for i = first, last do
                placements[i].code = 'NOT_INITIALISED'
            end

            return
        end
    end

    local ms = page.checks and now_ms()
    local count = judge_round(page, actors, first, last, head, ms)

    if count > 0 then
        ms = ms or now_ms()

        for i = 1, write(keys, channel, page, accepted, count, ms) do
            accept(page, actors, accepted[i], ms)
        end
    end
end

-- the first count placements
local function place_all(keys, channel, actors, count)
    local first = 1

    while first <= count do
        local last = first < count
                     and round_end(pages[keys[EPOCH]], first, count)
                     or count

        place_round(keys, channel, actors, first, last)

        -- one that could not be written has no code: again from there
        while first <= last and placements[first].code do
            first = first + 1
        end
    end
end

local KINDS = { [97] = 'a', [103] = 'g', [117] = 'u' }

-- the nth placement, of a request of 26 bytes; nil when that is malformed
local function read_request(n, request, request_id, limit, ban)
    if #request ~= 26 or #request_id > REQUEST_ID_MAX then
        return nil
    end

    local x, y, color, kind, cooldown = parse('>HHBBxxxxxxxxxxxxxxxxI4',
                                               request)

    if not KINDS[kind] or cooldown > COOLDOWN_MAX then
        return nil
    end

    local placement = placement_of(n)

    placement.x, placement.y, placement.color = x, y, color
    placement.cooldown = cooldown
    placement.pixel, placement.who = request:sub(1, 5), request:sub(6, 22)
    placement.limit, placement.ban = limit, ban
    placement.request_id = request_id
    placement.session = false

    return placement
end

-- the reply to one placement
local function placement_reply(placement)
    if placement.code ~= 'OK' then
        return { placement.code, placement.detail or nil }
    end

    return { 'OK', placement.seq, placement.epoch, placement.cooldown }
end

-- argv: channel request request_id
local function canvas_place(keys, argv)
    local placement = read_request(1, argv[2], argv[3], keys[6], keys[7])

    if not placement then
        return {'INVALID_MESSAGE'}
    end

    place_all(keys, argv[1], keys[8], 1)

    return placement_reply(placement)
end
