-- rules: what the library knows of a mode's rules.  They are compiled when
-- they are set, so that a placement runs the checks of the rules in force and
-- nothing for the others.  A rule that is null or false is none.

local HOUR = 3600000                    -- ms
local HOURS_MAX = 168                   -- a week
local NAMES_MAX = 32
local RECTANGLES_MAX = 64

-- of a week that wants factions and names none
local FACTIONS = { 'red', 'blue', 'green', 'yellow' }

-- JSON numbers may be NaN, which no comparison lets pass
local function is_number(value, min, max)
    return type(value) == 'number' and value >= min and value <= max
end

local function is_integer(value, min, max)
    return is_number(value, min, max) and value % 1 == 0
end

local function is_boolean(value)
    return type(value) == 'boolean'
end

local function is_hours(value)
    return is_number(value, 1e-6, HOURS_MAX)
end

-- an array of at most max values, each of which fits
local function is_array(value, max, fits)
    if type(value) ~= 'table' or #value > max then
        return false
    end

    local n = 0

    for _ in pairs(value) do
        n = n + 1
    end

    for i = 1, #value do
        if not fits(value[i]) then
            return false
        end
    end

    return n == #value
end

local function is_faction(value)
    return type(value) == 'string' and #value <= 32 and value:find('^[%w_-]+$')
end

local function is_factions(value)
    local seen = {}

    return is_array(value, NAMES_MAX, function(name)
        if not is_faction(name) or seen[name] then
            return false
        end

        seen[name] = true

        return true
    end)
end

local function is_mask(value)
    return is_array(value, RECTANGLES_MAX, function(rectangle)
        return type(rectangle) == 'table'
               and is_integer(rectangle.x, 0, SIDE_MAX)
               and is_integer(rectangle.y, 0, SIDE_MAX)
               and is_integer(rectangle.width, 1, SIDE_MAX)
               and is_integer(rectangle.height, 1, SIDE_MAX)
    end) and #value > 0
end

-- the members that mean something here
local FORMS = {
    cooldown_ms = function(value)
        return is_integer(value, 0, COOLDOWN_MAX)
    end,
    max_pixels_per_user = function(value)
        return is_integer(value, 1, MAX)
    end,
    faction_required = is_boolean,
    factions = is_factions,
    colorLock = is_boolean,
    assignRandomColor = is_boolean,
    mask = is_mask,
    duration_hours = is_hours,
    decayHours = is_hours,
    decayToColor = function(value)
        return is_integer(value, 0, 255)
    end
}

-- The colour that an actor is locked to when the mode assigns one: any but the
-- background, told by who it is and what page of which day, so it is stored
-- nowhere.
local function assigned_color(page, actor)
    local hash = sha1(table.concat({ actor, page.year, page.week_number,
                                     page.game_mode, page.day }, ','))
    local n = tonumber(hash:sub(1, 8), 16) % (page.colors - 1)

    return n < page.background and n or n + 1
end

-- What a placement is checked against, in this order; a refusal names the rule.
-- check(value, page) answers a function that tells whether it is allowed: to
-- actor (its bytes), with this record of it (see read_actor), at ms.
local CHECKS = {
    { rule = 'max_pixels_per_user', check = function(max)
        return function(_, _, _, _, record)
            return record.pixels < max
        end
    end },

    { rule = 'faction_required', check = function(_, page)
        return function(_, _, _, _, record)
            return record.faction and record.faction < #page.factions
        end
    end },

    { rule = 'colorLock', check = function(_, page)
        if page.assigns then
            return function(_, _, color, actor)
                return color == assigned_color(page, actor)
            end
        end

        return function(_, _, color, _, record)
            return not record.color or record.color == color
        end
    end },

    { rule = 'mask', check = function(mask)
        return function(x, y)
            for i = 1, #mask do
                local r = mask[i]

                if x >= r.x and x < r.x + r.width
                   and y >= r.y and y < r.y + r.height
                then
                    return true
                end
            end

            return false
        end
    end },

    { rule = 'duration_hours', check = function(hours, page)
        return function(_, _, _, _, _, ms)
            return ms < page.started + hours * HOUR
        end
    end }
}

-- a mode's JSON without what is malformed, and whether nothing was
local function read_rules(json)
    local ok, rules = pcall(cjson.decode, json)

    if not ok or type(rules) ~= 'table' then
        return {}, false
    end

    local valid, read = true, {}

    for name, value in pairs(rules) do
        local fits = FORMS[name]

        if fits and value ~= cjson.null and value ~= false then
            if fits(value) then
                read[name] = value
            else
                valid = false
            end
        end
    end

    if type(rules.today) == 'table' and is_integer(rules.today.day, 0, MAX)
    then
        read.day = rules.today.day
    end

    return read, valid
end

-- Puts the rules of this JSON in force; false when some are malformed, which
-- are then not.  Of the page they make: checks; records: actors are counted
-- (canvas:actors); factions: their list; assigns, locks: how colours are
-- locked; decay: the colour that pixels fade to; rules_cooldown; day.
local function set_rules(page, json)
    local rules, valid = read_rules(json)
    local checks = {}

    page.rules = json
    page.day = rules.day and digits(rules.day) or ''
    page.rules_cooldown = rules.cooldown_ms
    page.assigns = rules.colorLock and rules.assignRandomColor
    page.locks = rules.colorLock and not rules.assignRandomColor
    page.factions = rules.faction_required and (rules.factions or FACTIONS)
    page.decays = rules.decayHours
    page.decay_color = rules.decayToColor

    if page.factions and #page.factions == 0 then
        page.factions = FACTIONS
    end

    page.records = rules.max_pixels_per_user or page.factions or page.locks

    for _, known in ipairs(CHECKS) do
        local value = rules[known.rule]

        if value then
            checks[#checks + 1] = {
                rule = known.rule, allows = known.check(value, page)
            }
        end
    end

    page.checks = #checks > 0 and checks or nil

    return valid
end

-- the first rule that refuses a placement
local function violated_rule(page, x, y, color, actor, record, ms)
    local checks = page.checks

    for i = 1, #checks do
        if not checks[i].allows(x, y, color, actor, record, ms) then
            return checks[i].rule
        end
    end

    return nil
end
