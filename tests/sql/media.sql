-- what archives lack, and where it is once it is made

BEGIN;
SELECT plan(11);

SET LOCAL client_min_messages = error;

SELECT archive_and_reset_week('AAAA');
CREATE TEMPORARY TABLE week AS SELECT id FROM canvas_archives;
GRANT SELECT ON week TO canvas_service;

SELECT has_column('canvas'::name, 'canvas_archives'::name,
                  'heatmap_url'::name, 'canvas_archives.heatmap_url');

SET LOCAL ROLE canvas_service;

SELECT is(array(SELECT kind FROM media_lacking(NULL, true)),
          ARRAY['image', 'thumbnail', 'heatmap', 'video'], 'everything');
SELECT is(array(SELECT kind FROM media_lacking(NULL, false)),
          ARRAY['image', 'thumbnail', 'heatmap'], 'films are off');
SELECT is((SELECT DISTINCT side FROM media_lacking(NULL, true)),
          (SELECT greatest(width, height) FROM current_canvas),
          'the longest side');

SELECT archive_media(id, kind, '/' || kind)
  FROM week, unnest(ARRAY['image', 'heatmap']) AS kind;
SELECT is(array(SELECT kind FROM media_lacking(NULL, true)),
          ARRAY['thumbnail', 'video'], 'what is noted is not lacking');
SELECT is((image_url, thumbnail_url, heatmap_url, video_url)::text,
          '(/image,,/heatmap,)', 'each in its column')
  FROM canvas_archives;

UPDATE canvas_archives SET created_at = now() - interval '29 days';
SELECT is_empty('SELECT * FROM media_lacking(NULL, true)', 'too long ago');
SELECT is(count(*), 2::bigint, 'unless asked for')
  FROM week, media_lacking(week.id, true);

SELECT throws_ok('SELECT archive_media(id, ''sound'', ''/'') FROM week',
                 '22023', NULL, 'no such kind');
SELECT throws_ok('SELECT archive_media(gen_random_uuid(), ''image'', ''/'')',
                 '22023', NULL, 'no such archive');

SET LOCAL ROLE canvas_web;
SELECT throws_ok('SELECT archive_media(NULL, ''image'', ''/'')', '42501',
                 NULL, 'not for the web');

SELECT finish();
ROLLBACK;
