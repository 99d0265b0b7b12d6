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

-- seconds that a session is renewed for; nil when malformed
local function read_ttl(text)
    local ttl = tonumber(text)          -- cheaper than integer()

    return ttl and ttl >= 1 and ttl <= TTL_MAX and ttl % 1 == 0 and ttl or nil
end

-- A placement of whoever session, a key, belongs to, from a request of 9 bytes;
-- else nil and the code.  prefixes: argv, channel ratelimit_prefix ban_prefix.
local function read_session_request(request, request_id, session, prefixes)
    if #request ~= 9 or #request_id > REQUEST_ID_MAX then
        return nil, 'INVALID_MESSAGE'
    end

    local x, y, color, cooldown = parse('>HHBI4', request)

    if cooldown > COOLDOWN_MAX then
        return nil, 'INVALID_MESSAGE'
    end

    local uuid, actor, kind, renewed = read_session(session)

    if not uuid then
        return nil, 'UNAUTHORIZED'
    end

    return {
        x = x, y = y, color = color, cooldown = cooldown,
        pixel = request:sub(1, 5), who = kind .. actor, faction = 0,
        limit = prefixes[2] .. uuid, ban = prefixes[3] .. uuid,
        request_id = request_id,
        session = session, renewed = renewed, uuid = uuid, kind = kind,
        -- place_all() fills these: a table that need not grow for them
        code = false, epoch = false, seq = false, id = false, ms = false
    }
end

-- whoever places renews the session
local function keep_session(placement, ttl)
    local ms = placement.ms
    local age = ms and ms - (tonumber(placement.renewed) or 0)

    if placement.code == 'OK' and (not age or age >= RENEWAL or age < 0) then
        renew(placement.session, ttl, ms)
    end
end

-- argv: channel ratelimit_prefix ban_prefix request request_id ttl
local function canvas_place_session(keys, argv)
    local ttl = read_ttl(argv[6])
    local placement, code = read_session_request(argv[4], argv[5], keys[6],
                                                 argv)

    if not ttl or not placement then
        return { ttl and code or 'INVALID_MESSAGE' }
    end

    place_all(keys, argv[1], keys[7], { placement })
    keep_session(placement, ttl)

    local reply = placement_reply(placement)

    if placement.code == 'OK' then
        reply[5], reply[6] = placement.uuid, placement.kind
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
