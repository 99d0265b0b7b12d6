-- batch: the placements that came while a worker's last call was on its way

-- of one call: unpack() has a limit, and Redis answers nobody else meanwhile
local BATCH_MAX = 1024

-- filled anew by each call: placements, then what is replied to them
local replies = {}

-- The reply to one of them: a line.  Redis takes one text out of Lua in a small
-- part of the time that arrays need.
local function batch_reply(placement)
    local code, detail = placement.code, placement.detail

    if code ~= 'OK' then
        return detail and code .. ' ' .. detail or code
    end

    return 'OK ' .. placement.id .. ' ' .. same_digits(placement.cooldown)
           .. (placement.session and placement.session.told or '')
end

-- Asks whether the sessions that are remembered still exist.
local function check_sessions(keys, argv)
    local n, key = 0, 7

    for i = 5, #argv, 2 do
        if #argv[i] == 26 then
            key = key + 2

        else
            if keys[key] and remembered(keys[key]) then
                n = n + 1
                asked[n] = keys[key]
            end

            key = key + 1
        end
    end

    still_there(n)
end

-- How many placements were read, and how many replies there will be; one that
-- waits for its placement is that placement.  nil when requests and keys do not
-- fit each other.
local function read_batch(keys, argv)
    local count, n, key = 0, 0, 7

    for i = 5, #argv, 2 do
        local request, request_id = argv[i], argv[i + 1]
        local placement, code
        local width = #request == 26 and 2 or 1

        if not keys[key + width - 1] then
            return nil
        end

        if width == 2 then
            placement = read_request(count + 1, request, request_id,
                                     keys[key], keys[key + 1])
        else
            placement, code = read_session_request(count + 1, request,
                                                   request_id, keys[key],
                                                   argv)
        end

        count = placement and count + 1 or count
        n, key = n + 1, key + width
        replies[n] = placement or code or 'INVALID_MESSAGE'
    end

    if key ~= #keys + 1 then
        return nil
    end

    return count, n
end

-- A request of 26 bytes has two keys, limit and ban, one of 9 its session.
--
-- argv: channel ratelimit_prefix ban_prefix ttl, then pairs of request and
-- request_id
local function canvas_place_batch(keys, argv)
    local ttl = argv[4] and read_ttl(argv[4])

    if not ttl or #argv % 2 ~= 0 or #argv > 4 + 2 * BATCH_MAX then
        return {'INVALID_MESSAGE'}
    end

    check_sessions(keys, argv)

    local count, n = read_batch(keys, argv)

    if not count then
        return {'INVALID_MESSAGE'}
    end

    place_all(keys, argv[1], keys[6], count)

    for i = 1, n do
        local placement = replies[i]

        if type(placement) == 'table' then
            if placement.session then
                keep_session(placement, ttl)
            end

            replies[i] = batch_reply(placement)
        end
    end

    return { 'OK', join(replies, '\n', 1, n) }
end
