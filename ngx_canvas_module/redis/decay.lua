-- decay: pixels fade, as ordinary changes that nobody placed

local DECAY_MAX = 1000                  -- pixels of a call
local BEHIND_MAX = 20000                -- entries that are looked through
local NOBODY = 's' .. ('\0'):rep(16)    -- kind and actor

-- the pixels of an argument, u16 x and u16 y each; nil when one is outside
local function read_pixels(page, bytes)
    local pixels = {}

    for i = 1, #bytes, 4 do
        local x, y = parse('>HH', bytes, i)

        if x >= page.width or y >= page.height then
            return nil
        end

        pixels[#pixels + 1] = { x = x, y = y, place = x + y * page.width }
    end

    return pixels
end

-- The places that changed behind a seq of this epoch, as a set; nil when the
-- stream does not reach back to it.
local function changed_behind(keys, page, seq)
    local entries = call('XRANGE', keys[EVENTS],
                         '(' .. page.prefix .. digits(seq),
                         page.prefix .. digits(page.seq))
    local changed = {}

    if #entries ~= page.seq - seq then
        return nil
    end

    for i = 1, #entries do
        local event = entries[i][2][2]

        if event:byte() ~= 112 then     -- a marker: seq is of before the epoch
            return nil
        end

        local x, y = parse('>HH', event, 2)

        changed[x + y * page.width] = true
    end

    return changed
end

-- One pixel: its publication, nil when it is faded already, false when the
-- log refused it.
local function fade(keys, page, pixel, color, ms)
    local now = call('BITFIELD', keys[STATE], 'GET', page.field,
                     pixel.place * page.bits)[1]

    if now == color then
        return nil
    end

    local seq, id, event = write(keys, page, pixel.x, pixel.y, color,
                                 pack('>HHB', pixel.x, pixel.y, color), NOBODY,
                                 0, ms)

    return seq ~= nil and id .. ' ' .. event
end

-- The pixels that did not change meanwhile: their publications, and whether the
-- log took them all.
local function fade_all(keys, page, pixels, changed, color)
    local ms, faded = now_ms(), {}

    for i = 1, #pixels do
        if not changed[pixels[i].place] then
            local publication = fade(keys, page, pixels[i], color, ms)

            if publication == false then
                return faded, false
            end

            faded[#faded + 1] = publication
        end
    end

    return faded, true
end

-- argv: channel epoch seq color pixels
local function canvas_decay(keys, argv)
    local epoch, seq = integer(argv[2], 1, MAX), integer(argv[3], 0, MAX)
    local color, bytes = integer(argv[4], 0, 255), argv[5]

    if not (epoch and seq and color) or #bytes % 4 ~= 0
       or #bytes > DECAY_MAX * 4
    then
        return {'INVALID_MESSAGE'}
    end

    local page = open(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    if page.epoch ~= epoch then
        return {'CONFLICT', page.epoch}
    end

    if not page.decays or color ~= (page.decay_color or page.background) then
        return {'FORBIDDEN'}
    end

    local pixels = read_pixels(page, bytes)

    if not pixels or seq > page.seq or color >= page.colors then
        return {'INVALID_MESSAGE'}
    end

    local behind = page.seq - seq
    local changed = behind <= BEHIND_MAX and changed_behind(keys, page, seq)

    if not changed then
        return {'BEHIND', behind}
    end

    local before = page.seq
    local faded, whole = fade_all(keys, page, pixels, changed, color)

    if #faded > 0 then
        call('PUBLISH', argv[1], table.concat(faded, '\n'))
    end

    if not whole then
        pages[keys[EPOCH]] = nil

        return {'CONFLICT', open(keys, argv[1]).epoch}
    end

    return {'OK', #faded > 0 and before + 1 or before, page.seq, #faded}
end
