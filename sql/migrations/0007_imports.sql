-- Weeks that came from a file of events instead of from the recorder.
--
-- Their epochs are numbers of their own, far above a count of lives and far
-- below a time in milliseconds, and are not in canvas_epochs: what ranges
-- over the lives of the canvas (restore, the running week) never sees them.

CREATE TABLE canvas_imports (
    epoch        bigint PRIMARY KEY
                 CHECK (epoch BETWEEN 1000000000 AND 999999999999),
    archive_id   uuid NOT NULL UNIQUE
                 REFERENCES canvas_archives ON DELETE CASCADE,
    checksum     text NOT NULL UNIQUE CHECK (checksum ~ '^[0-9a-f]{64}$'),
    form         text NOT NULL CHECK (form IN ('2017', '2022')),
    events       bigint NOT NULL CHECK (events > 0),
    skipped      bigint NOT NULL CHECK (skipped >= 0),
    imported_at  timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE canvas_imports IS
    'Weeks read from a file of events; seq 1 to events of an epoch each';
COMMENT ON COLUMN canvas_imports.checksum IS
    'SHA-256 of the text of the file; the same file is not taken twice';
COMMENT ON COLUMN canvas_imports.skipped IS
    'Lines that were left out because they were malformed';

ALTER TABLE canvas_imports ENABLE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON canvas_imports TO canvas_service;

CREATE POLICY service_writes ON canvas_imports FOR ALL
    TO canvas_service USING (true) WITH CHECK (true);
