-- session: who places

-- Sessions by their keys, as placements need them: key uuid renewed; who, as an
-- event has it; told, as a reply has it; limit and ban, keys, of the prefixes
-- limits and bans.  What a session says does not
-- change while it exists, so that alone is asked again (still_there).  Those
-- that nobody asked for are forgotten after a while.
local SESSIONS_MAX = 8192               -- of each generation
local recent, older, recents = {}, {}, 0

-- filled anew by each call
local asked = {}

local function remember(session)
    if recents == SESSIONS_MAX then
        recent, older, recents = {}, recent, 0
    end

    recent[session.key], recents = session, recents + 1

    return session
end

local function remembered(key)
    local session = recent[key]

    if session or not older[key] then
        return session
    end

    return remember(older[key])
end

local function forget(key)
    recent[key], older[key] = nil, nil
end

-- Forgets those of the first n keys in asked that are gone.
local function still_there(n)
    if n == 0 or call('EXISTS', spread(asked, 1, n)) == n then
        return
    end

    for i = 1, n do
        if call('EXISTS', asked[i]) == 0 then
            forget(asked[i])
        end
    end
end

-- ms: now, when it is known
local function renew(key, ttl, ms)
    local session = remembered(key)

    ms = ms or now_ms()
    call('EXPIRE', key, ttl)
    call('HSET', key, 'renewed', ms)

    if session then
        session.renewed = ms
    end
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

-- nil when it is none
local function session_of(key)
    local session = remembered(key)

    if session then
        return session
    end

    local uuid, actor, kind, renewed = read_session(key)

    return uuid and remember({
        key = key, who = kind .. actor, told = ' ' .. kind .. uuid,
        uuid = uuid, renewed = tonumber(renewed) or 0,
        limits = false, bans = false, limit = '', ban = ''
    })
end

-- seconds that a session is renewed for; nil when malformed
local function read_ttl(text)
    local ttl = tonumber(text)          -- cheaper than integer()

    return ttl and ttl >= 1 and ttl <= TTL_MAX and ttl % 1 == 0 and ttl or nil
end

-- The nth placement, of a request of 9 bytes by whoever session, a key, belongs
-- to; else nil and the code.  prefixes: argv, channel ratelimit_prefix
-- ban_prefix.
local function read_session_request(n, request, request_id, key, prefixes)
    if #request ~= 9 or #request_id > REQUEST_ID_MAX then
        return nil, 'INVALID_MESSAGE'
    end

    local x, y, color, cooldown = parse('>HHBI4', request)

    if cooldown > COOLDOWN_MAX then
        return nil, 'INVALID_MESSAGE'
    end

    local session = session_of(key)

    if not session then
        return nil, 'UNAUTHORIZED'
    end

    if session.limits ~= prefixes[2] or session.bans ~= prefixes[3] then
        session.limits, session.bans = prefixes[2], prefixes[3]
        session.limit = session.limits .. session.uuid
        session.ban = session.bans .. session.uuid
    end

    local placement = placement_of(n)

    placement.x, placement.y, placement.color = x, y, color
    placement.cooldown = cooldown
    placement.pixel, placement.who = request:sub(1, 5), session.who
    placement.limit, placement.ban = session.limit, session.ban
    placement.request_id, placement.session = request_id, session

    return placement
end

-- whoever places renews the session
local function keep_session(placement, ttl)
    local session, ms = placement.session, placement.ms
    local age = ms and ms - session.renewed

    if placement.code == 'OK' and (not age or age >= RENEWAL or age < 0) then
        renew(session.key, ttl, ms)
    end
end

-- argv: channel ratelimit_prefix ban_prefix request request_id ttl
local function canvas_place_session(keys, argv)
    local ttl = read_ttl(argv[6])

    if not ttl then
        return {'INVALID_MESSAGE'}
    end

    if remembered(keys[6]) then
        asked[1] = keys[6]
        still_there(1)
    end

    local placement, code = read_session_request(1, argv[4], argv[5], keys[6],
                                                 argv)

    if not placement then
        return { code }
    end

    place_all(keys, argv[1], keys[7], 1)
    keep_session(placement, ttl)

    local reply = placement_reply(placement)

    if placement.code == 'OK' then
        local who = placement.session.who

        reply[5], reply[6] = placement.session.uuid, who:sub(1, 1)
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

    forget(keys[1])
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
