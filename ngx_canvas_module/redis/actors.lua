-- actors: what canvas:actors keeps of an actor while a rule needs it

local NONE = 255                        -- no colour, no faction
local PIXELS_MAX = 4294967295

-- actor: 16 bytes.  color: of its first pixel; faction: its place in the list
-- of the page, the first is 0; nil for none.
local function read_actor(actors, actor)
    local bytes = call('HGET', actors, actor)

    if not bytes or #bytes ~= 8 then
        return { pixels = 0 }
    end

    local pixels, color, faction, painted = parse('>I4BBB', bytes)

    return {
        pixels = pixels,
        color = painted == 1 and color or nil,
        faction = faction ~= NONE and faction or nil
    }
end

-- a byte says whether there is a colour: of 256 colours one is 255
local function write_actor(actors, actor, record)
    call('HSET', actors, actor, pack('>I4BBBB', record.pixels,
                                     record.color or NONE,
                                     record.faction or NONE,
                                     record.color and 1 or 0, 0))
end

local function count_pixel(actors, actor, record, color)
    record.pixels = math.min(record.pixels + 1, PIXELS_MAX)
    record.color = record.color or color
    write_actor(actors, actor, record)
end

local function faction_name(page, record)
    return page.factions and record.faction
           and page.factions[record.faction + 1] or ''
end

-- as an event has it: 0 for none
local function faction_number(page, record)
    return faction_name(page, record) ~= '' and record.faction + 1 or 0
end

-- what an actor is locked to, nil when to nothing (yet)
local function locked_color(page, actor, record)
    if page.assigns then
        return assigned_color(page, actor)
    end

    return page.locks and record.color or nil
end

-- Do the records of one page serve another?  They do not where pixels were or
-- will not be counted, nor when a faction they name has another place.
local function keeps_records(page, other)
    if not (page.records and other.records) then
        return false
    end

    for i, name in ipairs(page.factions or {}) do
        if not other.factions or other.factions[i] ~= name then
            return false
        end
    end

    return true
end
