-- session: who places

-- ms: now, when it is known
local function renew(session, ttl, ms)
    call('EXPIRE', session, ttl)
    call('HSET', session, 'renewed', ms or now_ms())
end

-- userId, the actor's bytes, kind, renewed of a session; nil when it is none
local function read_session(session)
    local known = call('HMGET', session, 'userId', 'actor', 'isGuest',
                       'renewed')
    local uuid, actor = known[1], known[2]

    if not uuid or not actor or #actor ~= 16 then
        if not is_uuid(uuid) then
            return nil
        end

        actor = uuid_bytes(uuid)
    end

    return uuid, actor, known[3] == '1' and 'g' or 'u', known[4]
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

    local uuid, actor, kind, renewed = read_session(session)

    if not uuid then
        return {'UNAUTHORIZED'}
    end

    local reply, ms = place(keys, argv[1], argv[2] .. uuid, argv[3] .. uuid,
                            keys[7], x, y, color, cooldown, request:sub(1, 5),
                            kind .. actor, request_id)

    if reply[1] == 'OK' then
        local age = ms and ms - (tonumber(renewed) or 0)

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

-- the faction ('' none) and the colour (-1 none) that a rule gives an actor
local function allegiance(page, actors, uuid)
    if not page or not page.checks then
        return '', -1
    end

    local actor = uuid_bytes(uuid)
    local record = page.records and read_actor(actors, actor) or {}

    return faction_name(page, record), locked_color(page, actor, record) or -1
end

-- argv: channel ratelimit_prefix ban_prefix ttl
local function canvas_identify(keys, argv)
    local ttl = integer(argv[4], 1, TTL_MAX)

    if not ttl then
        return {'INVALID_MESSAGE'}
    end

    local session = call('HMGET', keys[6], 'userId', 'username', 'isGuest',
                         'isAdmin')
    local actor = session[1]

    if not is_uuid(actor) then
        return {'UNAUTHORIZED'}
    end

    renew(keys[6], ttl)

    local faction, color = allegiance(open(keys, argv[1]), keys[8], actor)

    return {
        'OK', actor, session[2] or '',
        session[3] == '1' and 1 or 0,
        session[4] == '1' and 1 or 0,
        call('EXISTS', argv[3] .. actor),
        math.max(call('PTTL', argv[2] .. actor), 0),
        tonumber(call('ZSCORE', keys[7], actor) or 0),
        faction, color
    }
end
