-- Where the heat map of a week is, beside its picture and its film.

ALTER TABLE canvas_archives ADD COLUMN heatmap_url text;

COMMENT ON COLUMN canvas_archives.heatmap_url IS
    'Picture of how often each pixel changed; NULL: not made yet';
