-- batch: the placements that one turn of a worker's event loop brought

-- The reply to one of them: a line of words, which Redis takes out of Lua in a
-- third of the time that an array of them needs.
local function batch_reply(placement)
    local code, detail = placement.code, placement.detail

    if code ~= 'OK' then
        return detail and code .. ' ' .. detail or code
    end

    local reply = 'OK ' .. placement.id .. ' ' .. placement.cooldown

    if placement.session then
        reply = reply .. ' ' .. placement.kind .. placement.uuid
    end

    return reply
end

-- The placements and the replies; a reply that waits for its placement is that
-- placement.  nil when requests and keys do not fit each other.
local function read_batch(keys, argv)
    local placements, replies, key = {}, {'OK'}, 7

    for i = 5, #argv, 2 do
        local request, request_id = argv[i], argv[i + 1]
        local placement, code
        local width = #request == 26 and 2 or 1

        if not keys[key + width - 1] then
            return nil
        end

        if width == 2 then
            placement = read_request(request, request_id, keys[key],
                                     keys[key + 1])
        else
            placement, code = read_session_request(request, request_id,
                                                   keys[key], argv)
        end

        placements[#placements + 1] = placement
        replies[#replies + 1] = placement or code or 'INVALID_MESSAGE'
        key = key + width
    end

    if key ~= #keys + 1 then
        return nil
    end

    return placements, replies
end

-- A request of 26 bytes has two keys, limit and ban, one of 9 its session.
--
-- argv: channel ratelimit_prefix ban_prefix ttl, then pairs of request and
-- request_id
local function canvas_place_batch(keys, argv)
    local ttl = argv[4] and read_ttl(argv[4])

    if not ttl or #argv % 2 ~= 0 then
        return {'INVALID_MESSAGE'}
    end

    local placements, replies = read_batch(keys, argv)

    if not placements then
        return {'INVALID_MESSAGE'}
    end

    place_all(keys, argv[1], keys[6], placements)

    for i = 2, #replies do
        local placement = replies[i]

        if type(placement) == 'table' then
            if placement.session then
                keep_session(placement, ttl)
            end

            replies[i] = batch_reply(placement)
        end
    end

    return replies
end
