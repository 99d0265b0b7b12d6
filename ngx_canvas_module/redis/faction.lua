-- faction: an actor joins one, once a week

-- the faction of the fewest members, the first of several
local function smallest_faction(page, factions)
    local members = call('HMGET', factions, unpack(page.factions))
    local best = 1

    for i = 2, #page.factions do
        if (tonumber(members[i]) or 0) < (tonumber(members[best]) or 0) then
            best = i
        end
    end

    return best
end

-- its place in the list, nil when the week has no such faction
local function find_faction(page, factions, name)
    if name == '' then
        return smallest_faction(page, factions)
    end

    for i, known in ipairs(page.factions) do
        if known == name then
            return i
        end
    end

    return nil
end

-- argv: channel ban_prefix ttl faction
local function canvas_join(keys, argv)
    local session, actors, factions, name = keys[6], keys[7], keys[8], argv[4]
    local ttl = integer(argv[3], 1, TTL_MAX)

    if not ttl then
        return {'INVALID_MESSAGE'}
    end

    local uuid, actor = read_session(session)

    if not uuid then
        return {'UNAUTHORIZED'}
    end

    renew(session, ttl)

    local page = open(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    if call('EXISTS', argv[2] .. uuid) == 1 then
        return {'BANNED'}
    end

    if not page.factions then
        return {'NOT_FOUND'}
    end

    local record = read_actor(actors, actor)
    local joined = faction_name(page, record)

    if joined ~= '' and (name == '' or name == joined) then
        return {'OK', joined, tonumber(call('HGET', factions, joined) or 0)}
    end

    local i = find_faction(page, factions, name)

    if not i then
        return {'NOT_FOUND'}
    end

    if joined ~= '' then
        return {'CONFLICT', joined}
    end

    record.faction = i - 1
    write_actor(actors, actor, record)

    return {
        'OK', page.factions[i],
        call('HINCRBY', factions, page.factions[i], 1)
    }
end
