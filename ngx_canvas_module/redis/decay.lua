-- decay: pixels fade, as ordinary changes that nobody placed

local DECAY_MAX = 1000                  -- pixels of a call
local BEHIND_MAX = 20000                -- entries that are looked through
local WALK_MAX = 2 * BEHIND_MAX         -- ... that are remembered
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

-- The walk through the log from this seq, or from before it, up to where the
-- canvas stands; nil when the stream does not reach back.  The page remembers
-- it, so that the calls of one second, which tell the same position, read the
-- log once.  from, upto: seq; last: place -> seq of its last change in between.
local function walk_behind(keys, page, seq)
    local walk = page.walk

    if not walk or walk.from > seq or walk.upto < seq
       or page.seq - walk.from > WALK_MAX
    then
        walk = { from = seq, upto = seq, last = {} }
    end

    local entries = call('XRANGE', keys[EVENTS],
                         '(' .. page.prefix .. digits(walk.upto),
                         page.prefix .. digits(page.seq))

    page.walk = nil

    if #entries ~= page.seq - walk.upto then
        return nil
    end

    for i = 1, #entries do
        local event = entries[i][2][2]

        if event:byte() ~= 112 then     -- a marker: seq is of before the epoch
            return nil
        end

        local x, y = parse('>HH', event, 2)

        walk.last[x + y * page.width] = walk.upto + i
    end

    walk.upto = page.seq
    page.walk = walk

    return walk
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

-- The pixels that did not change behind seq: their publications, and whether
-- the log took them all.
local function fade_all(keys, page, pixels, seq, walk, color)
    local ms, faded = now_ms(), {}

    for i = 1, #pixels do
        local place = pixels[i].place

        if (walk.last[place] or 0) <= seq then
            local publication = fade(keys, page, pixels[i], color, ms)

            if publication == false then
                return faded, false
            end

            if publication then
                faded[#faded + 1] = publication
                walk.last[place], walk.upto = page.seq, page.seq
            end
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
    local walk = behind <= BEHIND_MAX and walk_behind(keys, page, seq)

    if not walk then
        return {'BEHIND', behind}
    end

    local before = page.seq
    local faded, whole = fade_all(keys, page, pixels, seq, walk, color)

    if #faded > 0 then
        call('PUBLISH', argv[1], table.concat(faded, '\n'))
    end

    if not whole then
        pages[keys[EPOCH]] = nil

        return {'CONFLICT', open(keys, argv[1]).epoch}
    end

    return {'OK', #faded > 0 and before + 1 or before, page.seq, #faded}
end
