-- page: geometry and mode of a canvas

local function bits(page)
    return page.colors <= 16 and 4 or 8
end

local function state_size(page)
    return math.ceil(page.width * page.height * bits(page) / 8)
end

local function blank_state(page)
    if bits(page) == 8 then
        return string.char(page.background):rep(state_size(page))
    end

    local pixels = page.width * page.height
    local both = string.char(page.background * 17)

    if pixels % 2 == 0 then
        return both:rep(pixels / 2)
    end

    return both:rep((pixels - 1) / 2) .. string.char(page.background * 16)
end

-- is every pixel of a given state a colour?
local function state_valid(page, state)
    if #state ~= state_size(page) then
        return false
    end

    local max, nibbles = page.colors, bits(page) == 4

    if max == 16 or max == 256 then
        return true
    end

    for i = 1, #state do
        local byte = state:byte(i)

        if nibbles and (byte >= max * 16 or byte % 16 >= max)
           or not nibbles and byte >= max
        then
            return false
        end
    end

    return true
end

-- the part of a page that init, load and turn are given:
-- game_mode week year rules_json cooldown_ms, from argv[i] on; nil if one is
-- malformed.  stored: such rules were taken once, they must not end the canvas.
local function read_mode(page, argv, i, stored)
    local rules = json_object(argv[i + 3])
    local cooldown, valid = cooldown_argument(argv[i + 4])

    page.game_mode = argv[i]
    page.week_number = integer(argv[i + 1], 1, 53)
    page.year = integer(argv[i + 2], 1970, 9999)
    page.cooldown = cooldown

    if not (is_slug(page.game_mode) and page.week_number and page.year
            and rules and valid)
    then
        return nil
    end

    return (set_rules(page, rules) or stored) and page or nil
end

-- width height colors background and the mode, from argv[2] on
local function read_page(argv, stored)
    local page = {
        width = integer(argv[2], 1, SIDE_MAX),
        height = integer(argv[3], 1, SIDE_MAX),
        colors = integer(argv[4], 2, 256)
    }

    page.background = page.colors and integer(argv[5], 0, page.colors - 1)

    if not (page.width and page.height and page.background)
       or page.width * page.height > AREA_MAX
    then
        return nil
    end

    return read_mode(page, argv, 6, stored)
end

-- from the rules hash; nil when it or the state is missing or damaged
local function load_page(keys)
    local hash = {}

    for i, value in ipairs(call('HMGET', keys[RULES], unpack(FIELDS))) do
        hash[FIELDS[i]] = value or ''
    end

    local page = read_page({
        '', hash.width, hash.height, hash.colors, hash.background,
        hash.game_mode, hash.week_number, hash.year, hash.rules,
        hash.cooldown_ms
    }, true)

    if not page
       or call('STRLEN', keys[STATE]) ~= state_size(page)
    then
        return nil
    end

    page.reason = hash.reason
    page.first_epoch = integer(hash.first_epoch, 1, MAX)
    page.started = integer(hash.started_ms, 0, MAX) or page.first_epoch
    page.actors_from = hash.actors_from ~= '' and hash.actors_from or FIRST

    return page
end

local function store_page(keys, page)
    call('HSET', keys[RULES],
        'width', digits(page.width), 'height', digits(page.height),
        'colors', digits(page.colors), 'background', digits(page.background),
        'game_mode', page.game_mode, 'week_number', digits(page.week_number),
        'year', digits(page.year), 'rules', page.rules, 'reason', page.reason,
        'first_epoch', digits(page.first_epoch),
        'started_ms', digits(page.started), 'actors_from', page.actors_from)

    if page.cooldown then
        call('HSET', keys[RULES], 'cooldown_ms', digits(page.cooldown))
    else
        call('HDEL', keys[RULES], 'cooldown_ms')
    end
end

-- One that came back says where it began: it may have been turned since.
local function page_json(page)
    local began = page.first_epoch
                  and ',"first_epoch":' .. digits(page.first_epoch) or ''

    return string.format('{"width":%d,"height":%d,"colors":%d,'
        .. '"background":%d,"game_mode":"%s","week_number":%d,"year":%d%s}',
        page.width, page.height, page.colors, page.background,
        page.game_mode, page.week_number, page.year, began)
end
